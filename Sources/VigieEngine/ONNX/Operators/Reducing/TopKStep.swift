/// The k greatest or least elements along an axis, in order, with their indices.
final class TopKStep: Step {
    let type: ElementType
    let axis: Int
    let largest: Bool
    let input: Int
    let count: Int
    let outputs: [Int]

    init(
        _ place: String, _ type: ElementType, _ axis: Int, _ largest: Bool, _ input: Int,
        _ count: Int, _ outputs: [Int]
    ) {
        self.type = type
        self.axis = axis
        self.largest = largest
        self.input = input
        self.count = count
        self.outputs = outputs
        super.init(place)
    }

    override var arguments: [Int] { [count] }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let axis = try axis(self.axis, source.shape.rank)
        guard values[count].count == 1 else { throw mismatch("k is no single number") }
        let k = values[count].index(at: 0)
        guard k >= 0, k <= source.shape[axis] else {
            throw mismatch("k is \(k) of an axis of \(source.shape[axis])")
        }
        var shape = source.shape
        shape[axis] = k
        let best = try values.shape(outputs[0], shape, self)
        let places = try values.shape(outputs[1], shape, self)
        // Insertion into a sorted list: k is small where this is used.
        let (product, overflow) = source.count.multipliedReportingOverflow(by: max(k, 1))
        try values.charge(overflow ? .max : product, self)
        switch type {
        case .float32: select(source, axis, k, best, places, Float.self)
        case .float64: select(source, axis, k, best, places, Double.self)
        case .int8: select(source, axis, k, best, places, Int8.self)
        case .int16: select(source, axis, k, best, places, Int16.self)
        case .int32: select(source, axis, k, best, places, Int32.self)
        case .int64: select(source, axis, k, best, places, Int64.self)
        case .uint8: select(source, axis, k, best, places, UInt8.self)
        case .uint16: select(source, axis, k, best, places, UInt16.self)
        case .uint32: select(source, axis, k, best, places, UInt32.self)
        case .uint64: select(source, axis, k, best, places, UInt64.self)
        default: break
        }
    }

    @inline(__always)
    private func select<Number: TensorNumber>(
        _ source: Tensor, _ axis: Int, _ k: Int, _ best: Tensor, _ places: Tensor,
        _ type: Number.Type
    ) {
        let (outer, extent, inner) = source.shape.blocks(at: axis)
        guard k > 0 else { return }
        source.withElements(of: Number.self) { source in
            best.withElements(of: Number.self) { best in
                places.withElements(of: Int64.self) { places in
                    for block in 0..<outer {
                        for column in 0..<inner {
                            let out = block * k * inner + column
                            var found = 0
                            for index in 0..<extent {
                                let value = source[(block * extent + index) * inner + column]
                                var rank = found
                                while rank > 0 {
                                    let other = best[out + (rank - 1) * inner]
                                    guard largest ? value > other : value < other else { break }
                                    if rank < k {
                                        best[out + rank * inner] = other
                                        places[out + rank * inner] =
                                            places[out + (rank - 1) * inner]
                                    }
                                    rank -= 1
                                }
                                if rank < k {
                                    best[out + rank * inner] = value
                                    places[out + rank * inner] = Int64(index)
                                }
                                found = min(found + 1, k)
                            }
                        }
                    }
                }
            }
        }
    }
}
