/// Products of matrices.
extension OperatorTable {
    static let linear: [String: Builder] = [
        "MatMul": { (node) throws(LoadError) in
            let pair = try node.inputs([.float32, .float64, .int32, .int64, .uint32, .uint64])
            guard pair.count == 2 else { throw node.corrupt("it has \(pair.count) inputs, not 2") }
            let output = try node.output(0, node.type(pair[0]))
            let packed = node.type(output) == .float32 ? node.graph.addSlot(.float32) : output
            let step = MatMulStep(
                node.place, node.type(output), pair[0], pair[1], output, packed: packed)
            node.add(step, pair, Array(Set([output, packed])))
        },
        "Gemm": { (node) throws(LoadError) in
            let alpha = try node.float("alpha") ?? 1
            let beta = try node.float("beta") ?? 1
            let transA = (try node.int("transA") ?? 0) != 0
            let transB = (try node.int("transB") ?? 0) != 0
            let a = try node.input(0, .floats)
            let type = node.type(a)
            let b = try node.input(1, [type])
            let c = try node.optionalInput(2, [type])
            let output = try node.output(0, type)
            let step = GemmStep(node.place, type, a, b, c, output, alpha, beta, transA, transB)
            node.add(step, [a, b] + (c.map { [$0] } ?? []), [output])
        },
    ]
}
