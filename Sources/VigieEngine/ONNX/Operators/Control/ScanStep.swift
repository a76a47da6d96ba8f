/// A body run on one slice after the other of its inputs.
final class ScanStep: Step {
    /// Slots of what is carried, before the first turn.
    let initial: [Int]
    /// Slots of what is sliced, along ``axes``, backwards where ``isReversed``.
    let scanned: [Int]
    let axes: [Int]
    let isReversed: [Bool]
    let body: Body
    let outputs: [Int]
    private let gathered: [Gathering]

    init(
        _ place: String, initial: [Int], scanned: [Int], axes: [Int], isReversed: [Bool],
        body: Body, outputs: [Int], _ graph: GraphCompiler
    ) {
        self.initial = initial
        self.scanned = scanned
        self.axes = axes
        self.isReversed = isReversed
        self.body = body
        self.outputs = outputs
        gathered = zip(body.outputs.dropFirst(initial.count), outputs.dropFirst(initial.count))
            .map { Gathering($0, $1, graph) }
        super.init(place)
    }

    override var isFoldable: Bool { false }
    override var refusesValues: Bool { true }
    override var memoryBytes: Int { 256 + body.memoryBytes }

    var slots: [Int] { body.filled + gathered.flatMap(\.slots) }

    override func run(_ values: Values) throws(InferenceError) {
        var turns: Int?
        for (index, slot) in scanned.enumerated() {
            let shape = values[slot].shape
            let extent = shape[try axis(axes[index], shape.rank)]
            guard extent == turns ?? extent else {
                throw mismatch("its inputs have \(extent) and \(turns ?? 0) slices")
            }
            turns = extent
        }
        let count = turns ?? 0
        guard count <= ONNXLimits.loopTurnsMax else {
            throw InferenceError(.limit, "\(place): \(count) turns")
        }
        for (source, target) in zip(initial, body.inputs) {
            try values.copy(source, to: target, self)
        }
        for gathering in gathered { gathering.begin(values) }
        for turn in 0..<count {
            for index in scanned.indices {
                try slice(values, index, isReversed[index] ? count - 1 - turn : turn)
            }
            try body.run(values, self)
            for gathering in gathered { try gathering.append(values, turn, self) }
            for index in initial.indices {
                values.exchange(body.outputs[index], body.inputs[index])
            }
        }
        for index in initial.indices {
            try values.copy(body.inputs[index], to: outputs[index], self)
        }
        for gathering in gathered { try gathering.finish(values, count, self) }
    }

    /// Gives the body its slice of input `index`.
    private func slice(_ values: Values, _ index: Int, _ position: Int) throws(InferenceError) {
        let source = values[scanned[index]]
        let axis = try axis(axes[index], source.shape.rank)
        var shape = TensorShape()
        for other in 0..<source.shape.rank where other != axis { shape.append(source.shape[other]) }
        let target = body.inputs[initial.count + index]
        let out = try values.shape(target, shape, self)
        let (outer, extent, inner) = source.shape.blocks(at: axis)
        var writer = TensorWriter(out, target, values, self)
        for block in 0..<outer {
            try writer.append(source, (block * extent + position) * inner, inner, stride: 1)
        }
    }
}
