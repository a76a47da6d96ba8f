/// A step that makes one tensor of two.
class PairStep: Step {
    let a: Int
    let b: Int
    let output: Int

    init(_ place: String, _ a: Int, _ b: Int, _ output: Int) {
        self.a = a
        self.b = b
        self.output = output
        super.init(place)
    }

    /// How the two tensors are walked together, and the output in the shape of both.
    final func broadcast(
        _ values: Values
    ) throws(InferenceError) -> (walk: Broadcast, left: Tensor, right: Tensor, out: Tensor) {
        let (left, right) = (values[a], values[b])
        guard let shape = Broadcast.shape(left.shape, right.shape) else {
            throw mismatch("shapes \(left.shape) and \(right.shape) do not fit each other")
        }
        let out = try values.shape(output, shape, self)
        return (Broadcast(shape, left.shape, right.shape), left, right, out)
    }
}

/// A step that picks slices of one tensor by the indices in another.
class PickStep: PairStep {
    final override var refusesValues: Bool { true }

    final override var movement: Movement? {
        Movement(data: [a], arguments: [b], outputs: [output])
    }
}
