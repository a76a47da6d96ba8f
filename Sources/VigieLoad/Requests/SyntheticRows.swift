/// Rows made up from a model's signature: seeded, so that two runs ask the same.
package enum SyntheticRows {
    /// Numbers evenly over `range`, whole ones for integers; other open extents count as 1.
    package static func tensors(
        _ signature: ModelSignature, count: Int, range: ClosedRange<Double>, seed: UInt64
    ) throws(LoadError) -> [Row] {
        var generator = SeededGenerator(seed: seed)
        var rows: [Row] = []
        for _ in 0..<count {
            var row = Row(names: signature.inputs.map(\.name), cells: [])
            for tensor in signature.inputs {
                guard tensor.datatype != .bytes else {
                    throw LoadError(
                        "input '\(tensor.name)' takes text, which cannot be made up: give --rows")
                }
                let shape = tensor.hasRows ? tensor.shape.dropFirst() : tensor.shape[...]
                let elements = shape.reduce(1) { $1 < 0 ? $0 : $0 * $1 }
                row.cells.append(
                    .numbers(
                        (0..<elements).map { _ in
                            value(tensor.datatype, range, &generator)
                        }))
            }
            rows.append(row)
        }
        return rows
    }

    private static func value(
        _ type: TensorType, _ range: ClosedRange<Double>, _ generator: inout SeededGenerator
    ) -> Double {
        let unit = generator.unit()
        switch type {
        case .bool: return unit < 0.5 ? 0 : 1
        case .float32, .float64:
            return range.lowerBound + unit * (range.upperBound - range.lowerBound)
        default:
            let whole = range.lowerBound + unit * (range.upperBound - range.lowerBound + 1)
            return min(max(whole.rounded(.down), type.isUnsigned ? 0 : -128), 127)
        }
    }

    /// What ages, counts and amounts of an application may be without breaking the usual ranges.
    package static let applicationRange: ClosedRange<Double> = 18...60

    /// Applications: whole numbers, since a signature's ranges and categories are not in ModelMetadata.
    package static func applications(
        _ signature: ModelSignature, count: Int, seed: UInt64
    ) throws(LoadError) -> [Row] {
        guard !signature.features.isEmpty else {
            throw LoadError(
                "the server does not tell the model's features: give --rows with names and values")
        }
        var generator = SeededGenerator(seed: seed)
        let width = applicationRange.upperBound - applicationRange.lowerBound + 1
        return (0..<count).map { _ in
            Row(
                names: signature.features,
                cells: signature.features.map { _ in
                    .number((applicationRange.lowerBound + generator.unit() * width).rounded(.down))
                })
        }
    }
}

extension TensorType {
    var isUnsigned: Bool {
        switch self {
        case .uint8, .uint16, .uint32, .uint64: true
        default: false
        }
    }
}
