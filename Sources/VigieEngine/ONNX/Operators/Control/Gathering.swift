/// Lays what a body computes in each turn one after the other, in tensors that double as they fill.
struct Gathering {
    private let source: Int
    private let output: Int
    /// Two tensors, the fuller one first.
    private let stores: (Int, Int)

    init(_ source: Int, _ output: Int, _ graph: GraphCompiler) {
        self.source = source
        self.output = output
        let type = graph.slotTypes[source]
        stores = (graph.addSlot(type), graph.addSlot(type))
    }

    var slots: [Int] { [stores.0, stores.1] }

    func begin(_ values: Values) {
        values[stores.0].reshape(TensorShape(CollectionOfOne(0)))
    }

    func append(_ values: Values, _ turn: Int, _ step: Step) throws(InferenceError) {
        let part = values[source]
        let store = values[stores.0]
        // The first turn's shape is kept in the output's tensor.
        if turn == 0 {
            _ = try values.shape(output, part.shape, step)
        } else if part.shape != values[output].shape {
            throw step.mismatch(
                "turn \(turn) gives a tensor \(part.shape), the first \(values[output].shape)")
        }
        let start = turn * part.count
        if start + part.count > store.count {
            let wider = try values.shape(
                stores.1, TensorShape(CollectionOfOne(max(2 * store.count, 8 * part.count))), step)
            wider.withMutableBytes { wider in
                store.bytes.withUnsafeBytes { wider.copyMemory(from: $0) }
            }
            values.exchange(stores.0, stores.1)
        }
        let size = part.count * part.type.byteCount
        values[stores.0].withMutableBytes { store in
            part.bytes.withUnsafeBytes { part in
                UnsafeMutableRawBufferPointer(rebasing: store[(turn * size)..<((turn + 1) * size)])
                    .copyMemory(from: part)
            }
        }
    }

    func finish(_ values: Values, _ turns: Int, _ step: Step) throws(InferenceError) {
        var shape = TensorShape(CollectionOfOne(turns))
        if turns > 0 {
            let part = values[output].shape
            guard part.rank < TensorShape.rankMax else { throw step.mismatch("9 dimensions") }
            for axis in 0..<part.rank { shape.append(part[axis]) }
        }
        let out = try values.shape(output, shape, step)
        let store = values[stores.0]
        out.withMutableBytes { out in
            store.bytes.withUnsafeBytes { store in
                out.copyMemory(from: UnsafeRawBufferPointer(rebasing: store[0..<out.count]))
            }
        }
    }
}
