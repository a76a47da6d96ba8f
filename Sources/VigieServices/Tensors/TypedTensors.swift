import VigieEngine
import VigieProtos

/// Tensors as typed lists: `InferTensorContents` has one field for each family of types. FP16 and
/// BF16 have none.
enum TypedTensors {
    /// The field that elements of `type` stand in; nil for those that have none.
    static func field(of type: ElementType) -> StaticString? {
        switch type {
        case .bool: "bool_contents"
        case .int8, .int16, .int32: "int_contents"
        case .int64: "int64_contents"
        case .uint8, .uint16, .uint32: "uint_contents"
        case .uint64: "uint64_contents"
        case .float32: "fp32_contents"
        case .float64: "fp64_contents"
        case .string: "bytes_contents"
        case .float16, .bfloat16: nil
        }
    }

    /// Gives `tensor` the shape and the content. A whole number that the type does not hold is
    /// refused; Triton cuts it off silently, and scores something that nobody sent.
    static func read(
        _ contents: Inference.InferTensorContents, _ shape: TensorShape, into tensor: Tensor
    ) throws(TensorProblem) {
        guard let count = shape.elementCount else { throw RawTensors.impossible(shape) }
        guard let field = field(of: tensor.type) else {
            throw TensorProblem(
                "is \(tensor.type.protocolName), which only raw_input_contents can carry")
        }
        let there = elementCount(contents, tensor.type)
        guard there == count else {
            throw TensorProblem(
                "has \(there) elements in \(field), but \(tensor.type.protocolName) "
                    + "\(shape.description) takes \(count)")
        }
        tensor.reshape(shape)
        switch tensor.type {
        case .bool:
            let source = contents.boolContents
            tensor.withElements(of: UInt8.self) { target in
                for index in 0..<count { target[index] = source[index] ? 1 : 0 }
            }
        case .int8: try narrow(contents.intContents, Int8.self, tensor)
        case .int16: try narrow(contents.intContents, Int16.self, tensor)
        case .int32: copy(contents.intContents, tensor)
        case .int64: copy(contents.int64Contents, tensor)
        case .uint8: try narrow(contents.uintContents, UInt8.self, tensor)
        case .uint16: try narrow(contents.uintContents, UInt16.self, tensor)
        case .uint32: copy(contents.uintContents, tensor)
        case .uint64: copy(contents.uint64Contents, tensor)
        case .float32: copy(contents.fp32Contents, tensor)
        case .float64: copy(contents.fp64Contents, tensor)
        case .string: for bytes in contents.bytesContents { tensor.appendString(bytes.rawSpan) }
        case .float16, .bfloat16: break
        }
    }

    private static func elementCount(
        _ contents: Inference.InferTensorContents, _ type: ElementType
    ) -> Int {
        switch type {
        case .bool: contents.boolContents.count
        case .int8, .int16, .int32: contents.intContents.count
        case .int64: contents.int64Contents.count
        case .uint8, .uint16, .uint32: contents.uintContents.count
        case .uint64: contents.uint64Contents.count
        case .float32: contents.fp32Contents.count
        case .float64: contents.fp64Contents.count
        case .string: contents.bytesContents.count
        case .float16, .bfloat16: 0
        }
    }

    private static func copy<Element: BitwiseCopyable>(
        _ source: Repeated<Element>, _ tensor: Tensor
    ) where Element.Slot == Element {
        tensor.withElements(of: Element.self) { target in
            source.withUnsafeBufferPointer { _ = target.update(fromContentsOf: $0) }
        }
    }

    private static func narrow<Wide, Narrow: FixedWidthInteger & BitwiseCopyable>(
        _ source: Repeated<Wide>, _ type: Narrow.Type, _ tensor: Tensor
    ) throws(TensorProblem) where Wide: FixedWidthInteger {
        let name = tensor.type.protocolName
        try tensor.withElements(of: Narrow.self) { (target) throws(TensorProblem) in
            for index in 0..<source.count {
                guard let value = Narrow(exactly: source[index]) else {
                    throw TensorProblem(
                        "has a number as element \(index) that \(name) cannot hold")
                }
                target[index] = value
            }
        }
    }

    /// Whether ``write(_:to:)`` can carry elements of `type`.
    static func carries(_ type: ElementType) -> Bool { field(of: type) != nil }

    /// Copies the tensor, whose type must be one that ``carries(_:)``, into `contents`.
    static func write(_ tensor: Tensor, to contents: Inference.InferTensorContents) {
        switch tensor.type {
        case .bool:
            contents.reserveBoolContents(tensor.count)
            tensor.withElements(of: UInt8.self) { source in
                for element in source { contents.appendBoolContents(element != 0) }
            }
        case .int8: widen(Int8.self, tensor, contents.setIntContents)
        case .int16: widen(Int16.self, tensor, contents.setIntContents)
        case .int32: widen(Int32.self, tensor, contents.setIntContents)
        case .uint8: widen(UInt8.self, tensor, contents.setUintContents)
        case .uint16: widen(UInt16.self, tensor, contents.setUintContents)
        case .uint32: widen(UInt32.self, tensor, contents.setUintContents)
        case .int64: tensor.withElements(of: Int64.self) { contents.setInt64Contents($0) }
        case .uint64: tensor.withElements(of: UInt64.self) { contents.setUint64Contents($0) }
        case .float32: tensor.withElements(of: Float.self) { contents.setFp32Contents($0) }
        case .float64: tensor.withElements(of: Double.self) { contents.setFp64Contents($0) }
        case .string:
            contents.reserveBytesContents(tensor.count)
            for index in 0..<tensor.count {
                tensor.withString(at: index) { contents.appendBytesContents($0) }
            }
        case .float16, .bfloat16:
            preconditionFailure("\(tensor.type.protocolName) has no typed contents")
        }
    }

    private static func widen<
        Narrow: FixedWidthInteger & BitwiseCopyable, Wide: FixedWidthInteger
    >(
        _ type: Narrow.Type, _ tensor: Tensor,
        _ set: (Int, (UnsafeMutableBufferPointer<Wide>) -> Void) -> Void
    ) {
        tensor.withElements(of: Narrow.self) { source in
            set(source.count) { target in
                for index in source.indices { target[index] = Wide(source[index]) }
            }
        }
    }
}
