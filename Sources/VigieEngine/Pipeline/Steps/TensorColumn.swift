/// Columns of numeric tensors as `Double`s.
enum TensorColumn {
    /// Whether tensors of this type can be read and written here: all but strings and 16-bit
    /// floats.
    static func isSupported(_ type: ElementType) -> Bool {
        type != .string && type != .float16 && type != .bfloat16
    }

    /// What a column of this type is in a pipeline.
    static func valueType(_ type: ElementType) -> ValueType {
        switch type {
        case .string: .text
        case .bool: .boolean
        case .float16, .bfloat16, .float32, .float64: .number
        default: .integer
        }
    }

    /// - Throws: `.input` for what the type does not hold: a missing value, or a fraction, as a whole
    ///   number.
    static func write(
        _ source: Span<Double>, to tensor: Tensor, column: Int, width: Int
    ) throws(InferenceError) {
        switch tensor.type {
        case .float64:
            tensor.withElements(of: Double.self) { elements in
                for row in source.indices { elements[row * width + column] = source[row] }
            }
        case .float32:
            tensor.withElements(of: Float.self) { elements in
                for row in source.indices { elements[row * width + column] = Float(source[row]) }
            }
        case .bool:
            try tensor.withElements(of: UInt8.self) { elements throws(InferenceError) in
                for row in source.indices {
                    guard source[row] == 0 || source[row] == 1 else {
                        throw InferenceError(.input, "row \(row): the value is no boolean")
                    }
                    elements[row * width + column] = source[row] == 0 ? 0 : 1
                }
            }
        case .int8: try write(source, to: tensor, as: Int8.self, column, width)
        case .int16: try write(source, to: tensor, as: Int16.self, column, width)
        case .int32: try write(source, to: tensor, as: Int32.self, column, width)
        case .int64: try write(source, to: tensor, as: Int64.self, column, width)
        case .uint8: try write(source, to: tensor, as: UInt8.self, column, width)
        case .uint16: try write(source, to: tensor, as: UInt16.self, column, width)
        case .uint32: try write(source, to: tensor, as: UInt32.self, column, width)
        case .uint64: try write(source, to: tensor, as: UInt64.self, column, width)
        case .float16, .bfloat16, .string:
            throw InferenceError(
                .unsupported, "a pipeline does not fill \(tensor.type.protocolName) tensors")
        }
    }

    private static func write<Whole: FixedWidthInteger & BitwiseCopyable>(
        _ source: Span<Double>, to tensor: Tensor, as type: Whole.Type, _ column: Int, _ width: Int
    ) throws(InferenceError) {
        try tensor.withElements(of: type) { elements throws(InferenceError) in
            for row in source.indices {
                guard let whole = Whole(exactly: source[row]) else {
                    throw InferenceError(
                        .input,
                        "row \(row): \(source[row]) is no whole number that "
                            + "\(tensor.type.protocolName) holds")
                }
                elements[row * width + column] = whole
            }
        }
    }

    /// - Parameter column: of a tensor whose type ``isSupported(_:)``; of others nothing is read.
    static func read(
        _ tensor: Tensor, column: Int, width: Int, into values: inout MutableSpan<Double>
    ) {
        switch tensor.type {
        case .float64:
            tensor.withElements(of: Double.self) { elements in
                for row in values.indices { values[row] = elements[row * width + column] }
            }
        case .float32: read(tensor, as: Float.self, column, width, &values) { Double($0) }
        case .bool: read(tensor, as: UInt8.self, column, width, &values) { $0 == 0 ? 0 : 1 }
        case .int8: read(tensor, as: Int8.self, column, width, &values) { Double($0) }
        case .int16: read(tensor, as: Int16.self, column, width, &values) { Double($0) }
        case .int32: read(tensor, as: Int32.self, column, width, &values) { Double($0) }
        case .int64: read(tensor, as: Int64.self, column, width, &values) { Double($0) }
        case .uint8: read(tensor, as: UInt8.self, column, width, &values) { Double($0) }
        case .uint16: read(tensor, as: UInt16.self, column, width, &values) { Double($0) }
        case .uint32: read(tensor, as: UInt32.self, column, width, &values) { Double($0) }
        case .uint64: read(tensor, as: UInt64.self, column, width, &values) { Double($0) }
        case .float16, .bfloat16, .string: return
        }
    }

    @inline(__always)
    private static func read<Element: BitwiseCopyable>(
        _ tensor: Tensor, as type: Element.Type, _ column: Int, _ width: Int,
        _ values: inout MutableSpan<Double>, _ convert: (Element) -> Double
    ) {
        tensor.withElements(of: type) { elements in
            for row in values.indices { values[row] = convert(elements[row * width + column]) }
        }
    }
}
