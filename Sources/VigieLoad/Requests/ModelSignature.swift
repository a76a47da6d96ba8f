import VigieEngine
import VigieProtos
import VigieRPC

/// What a model takes and gives, as the server's ModelMetadata tells it.
package struct ModelSignature: Sendable, Equatable {
    package struct Tensor: Sendable, Equatable {
        package var name: String
        package var datatype: TensorType
        /// -1 for any extent.
        package var shape: [Int]

        package init(name: String, datatype: TensorType, shape: [Int]) {
            self.name = name
            self.datatype = datatype
            self.shape = shape
        }

        /// Elements of one row; nil when the shape leaves it open.
        var rowElements: Int? {
            let row = hasRows ? shape.dropFirst() : shape[...]
            return row.contains { $0 < 0 } ? nil : row.reduce(1, *)
        }

        /// Whether the first extent counts rows.
        var hasRows: Bool { shape.first == -1 }
    }

    package var inputs: [Tensor]
    package var outputs: [Tensor]
    /// Names of the columns of the one input, when the server tells them.
    package var features: [String]

    package init(inputs: [Tensor], outputs: [Tensor], features: [String] = []) {
        self.inputs = inputs
        self.outputs = outputs
        self.features = features
    }

    /// - Throws: a datatype that is not known, or no inputs.
    init(_ response: Inference.ModelMetadataResponse) throws(RPCStatus) {
        func tensors(
            _ list: Repeated<Inference.ModelMetadataResponse.TensorMetadata>
        ) throws(RPCStatus) -> [Tensor] {
            var tensors: [Tensor] = []
            for tensor in list {
                guard let type = TensorType(rawValue: String(tensor.datatype)) else {
                    throw RPCStatus(
                        .unimplemented,
                        "tensor '\(tensor.name)' is of type \(tensor.datatype), which is not known")
                }
                tensors.append(
                    Tensor(
                        name: String(tensor.name), datatype: type,
                        shape: tensor.shape.map { Int($0) }))
            }
            return tensors
        }
        inputs = try tensors(response.inputs)
        outputs = try tensors(response.outputs)
        features = []
        if let names = response.properties["explained_features"],
            let list = try? JSONParser.parse(String(names)).strings
        {
            features = list
        }
    }

    /// Asks the server.
    package static func ask(
        _ client: RPCClient, model: String, version: String
    ) async throws(LoadError) -> ModelSignature {
        do throws(RPCStatus) {
            var options = CallOptions(timeout: .seconds(10))
            options.waitsForReady = false
            return try await client.unary(
                Inference.GRPCInferenceService.ModelMetadata.self, options: options
            ) { request in
                request.setName(model)
                request.setVersion(version)
            } response: { (response) throws(RPCStatus) in
                try ModelSignature(response)
            }
        } catch {
            let which = version.isEmpty ? model : "\(model) version \(version)"
            throw LoadError(
                "cannot learn what model \(which) takes: \(error.code.name): \(error.message)")
        }
    }
}

/// The Open Inference Protocol's element types, and how they lie in raw contents.
package enum TensorType: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case int8 = "INT8"
    case int16 = "INT16"
    case int32 = "INT32"
    case int64 = "INT64"
    case uint8 = "UINT8"
    case uint16 = "UINT16"
    case uint32 = "UINT32"
    case uint64 = "UINT64"
    case float32 = "FP32"
    case float64 = "FP64"
    case bytes = "BYTES"

    /// Bytes of an element; nil for BYTES, whose elements have a length of their own.
    var width: Int? {
        switch self {
        case .bool, .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        case .bytes: nil
        }
    }

    /// Appends a number as the type has it. False when it does not fit.
    func append(_ value: Double, to bytes: inout [UInt8]) -> Bool {
        func put<T: FixedWidthInteger>(_ type: T.Type) -> Bool {
            guard let whole = T(exactly: value) else { return false }
            withUnsafeBytes(of: whole.littleEndian) { bytes.append(contentsOf: $0) }
            return true
        }
        switch self {
        case .bool:
            bytes.append(value == 0 ? 0 : 1)
            return value == 0 || value == 1
        case .int8: return put(Int8.self)
        case .int16: return put(Int16.self)
        case .int32: return put(Int32.self)
        case .int64: return put(Int64.self)
        case .uint8: return put(UInt8.self)
        case .uint16: return put(UInt16.self)
        case .uint32: return put(UInt32.self)
        case .uint64: return put(UInt64.self)
        case .float32:
            withUnsafeBytes(of: Float(value).bitPattern.littleEndian) {
                bytes.append(contentsOf: $0)
            }
            return true
        case .float64:
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            return true
        case .bytes: return false
        }
    }

    /// Appends a text as BYTES has it: its length in four bytes, then itself.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        let utf8 = Array(text.utf8)
        withUnsafeBytes(of: UInt32(utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += utf8
    }

    /// The element at `index`; nil for BYTES, and past the end.
    func value(_ bytes: RawSpan, at index: Int) -> Double? {
        guard let width, index >= 0, (index + 1) * width <= bytes.byteCount else { return nil }
        let at = index * width
        func load<T: BitwiseCopyable>(_ type: T.Type) -> T {
            bytes.unsafeLoadUnaligned(fromByteOffset: at, as: T.self)
        }
        switch self {
        case .bool, .uint8: return Double(load(UInt8.self))
        case .int8: return Double(load(Int8.self))
        case .int16: return Double(load(Int16.self))
        case .uint16: return Double(load(UInt16.self))
        case .int32: return Double(load(Int32.self))
        case .uint32: return Double(load(UInt32.self))
        case .int64: return Double(load(Int64.self))
        case .uint64: return Double(load(UInt64.self))
        case .float32: return Double(load(Float.self))
        case .float64: return load(Double.self)
        case .bytes: return nil
        }
    }
}
