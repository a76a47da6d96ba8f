import VigieProtos

/// Makes tensors of an ONNX file's constants.
enum TensorReader {
    /// - Parameter place: what the tensor is, for messages: "initializer 'coef'".
    static func read(_ proto: Onnx.TensorProto, _ place: String) throws(LoadError) -> Tensor {
        if proto.dataLocation == .external || !proto.externalData.isEmpty {
            throw LoadError(
                .unsupported,
                "\(place) keeps its data in another file; save the model with its data inside")
        }
        guard proto.segment == nil else {
            throw LoadError(.unsupported, "\(place) is a segment of a tensor")
        }
        guard let type = ElementType(onnx: proto.dataType) else {
            throw ElementType.unsupported(onnx: proto.dataType, place)
        }
        let tensor = Tensor(type: type)
        let shape = try shape(proto, type, place)
        tensor.reshape(shape)
        if type == .string {
            try readStrings(proto, into: tensor, place)
        } else if !proto.rawData.isEmpty || tensor.count == 0 {
            try readRaw(proto, into: tensor, place)
        } else {
            try readTyped(proto, into: tensor, place)
        }
        return tensor
    }

    private static func shape(
        _ proto: Onnx.TensorProto, _ type: ElementType, _ place: String
    ) throws(LoadError) -> TensorShape {
        guard proto.dims.count <= TensorShape.rankMax else {
            throw LoadError(.limit, "\(place) has \(proto.dims.count) dimensions, 8 are the most")
        }
        let shape = TensorShape(proto.dims.lazy.map { Int($0) })
        guard shape.isWalkable, let count = shape.elementCount else {
            throw LoadError(.corrupt, "\(place) has an impossible shape \(shape)")
        }
        // Checked against what the file holds before any memory is taken.
        guard count * max(type.byteCount, 1) <= ONNXLimits.tensorBytesMax else {
            throw LoadError(.limit, "\(place) is too large: \(shape) of \(type.label)")
        }
        return shape
    }

    private static func wrongCount(
        _ place: String, _ tensor: Tensor, _ found: Int, _ what: String
    ) -> LoadError {
        LoadError(
            .corrupt,
            "\(place) has \(found) \(what), its shape \(tensor.shape) of \(tensor.type.label)"
                + " needs \(what == "bytes" ? tensor.count * tensor.type.byteCount : tensor.count)")
    }

    private static func readStrings(
        _ proto: Onnx.TensorProto, into tensor: Tensor, _ place: String
    ) throws(LoadError) {
        guard proto.stringData.count == tensor.count else {
            throw wrongCount(place, tensor, proto.stringData.count, "strings")
        }
        for text in proto.stringData { tensor.appendString(text.rawSpan) }
    }

    private static func readRaw(
        _ proto: Onnx.TensorProto, into tensor: Tensor, _ place: String
    ) throws(LoadError) {
        let raw = proto.rawData
        guard raw.count == tensor.count * tensor.type.byteCount else {
            throw wrongCount(place, tensor, raw.count, "bytes")
        }
        tensor.withMutableBytes { out in
            raw.withUnsafeBytes { out.copyMemory(from: $0) }
        }
        // A byte other than 0 or 1 is no Bool in Swift.
        if tensor.type == .bool {
            tensor.withElements(of: UInt8.self) { elements in
                for index in elements.indices where elements[index] > 1 { elements[index] = 1 }
            }
        }
    }

    /// The typed fields: several types share one, of which the low bits count.
    private static func readTyped(
        _ proto: Onnx.TensorProto, into tensor: Tensor, _ place: String
    ) throws(LoadError) {
        switch tensor.type {
        case .float32: try fill(tensor, proto.floatData, place) { $0 }
        case .float64: try fill(tensor, proto.doubleData, place) { $0 }
        case .int64: try fill(tensor, proto.int64Data, place) { $0 }
        case .uint64: try fill(tensor, proto.uint64Data, place) { $0 }
        case .uint32:
            try fill(tensor, proto.uint64Data, place) { UInt32(truncatingIfNeeded: $0) }
        case .int32: try fill(tensor, proto.int32Data, place) { $0 }
        case .uint16, .float16, .bfloat16, .int16:
            try fill(tensor, proto.int32Data, place) { UInt16(truncatingIfNeeded: $0) }
        case .uint8, .int8:
            try fill(tensor, proto.int32Data, place) { UInt8(truncatingIfNeeded: $0) }
        case .bool: try fill(tensor, proto.int32Data, place) { $0 != 0 ? UInt8(1) : 0 }
        case .string: break
        }
    }

    private static func fill<Stored, Element: BitwiseCopyable>(
        _ tensor: Tensor, _ stored: Repeated<Stored>, _ place: String,
        _ convert: (Stored) -> Element
    ) throws(LoadError) {
        guard stored.count == tensor.count else {
            throw wrongCount(place, tensor, stored.count, "elements")
        }
        tensor.withElements(of: Element.self) { elements in
            for index in 0..<stored.count { elements[index] = convert(stored[index]) }
        }
    }
}
