import Foundation
import Testing

@testable import VigieEngine

/// One model with inputs and what ONNX Runtime answers, from a pack of Tests/Fixtures/make_onnx.py.
struct ONNXCase {
    struct Values {
        let name: String
        let type: ElementType
        let shape: TensorShape
        /// Numbers' bytes.
        let bytes: [UInt8]
        let strings: [String]
    }

    let name: String
    let model: [UInt8]
    var inputs: [Values] = []
    var outputs: [Values] = []
    var others: [Values] = []
}

enum FixturePack {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/onnx")

    static let models = read("models.pack")
    static let operators = read("operators.pack")
    /// Of Tests/Fixtures/make_classical_onnx.py.
    static let classical = read("classical.pack")
    /// Exports of libraries: of Tests/Fixtures/make_sklearn_onnx.py or, if VIGIE_ONNX_PACK names a
    /// file, of that.
    static let exports: [ONNXCase] = {
        if let path = ProcessInfo.processInfo.environment["VIGIE_ONNX_PACK"] {
            return read(URL(fileURLWithPath: path))
        }
        return read("exports.pack")
    }()
    /// Of Tests/Fixtures/make_keras.py.
    static let keras = read("keras.pack")
    /// Of Tests/Fixtures/make_networks.py.
    static let networks = read("networks.pack")

    static func model(_ name: String) -> ONNXCase {
        guard let found = models.first(where: { $0.name == name }) else {
            fatalError("no fixture '\(name)': run Tests/Fixtures/make_onnx.py")
        }
        return found
    }

    private static func read(_ file: String) -> [ONNXCase] {
        read(folder.appendingPathComponent(file))
    }

    private static func read(_ file: URL) -> [ONNXCase] {
        guard let data = try? Data(contentsOf: file) else {
            fatalError("no \(file.path): run the scripts Tests/Fixtures/make_*onnx.py")
        }
        var reader = Reader(bytes: [UInt8](data))
        var cases: [ONNXCase] = []
        while reader.position < reader.bytes.count { cases.append(reader.readCase()) }
        return cases
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func take(_ count: Int) -> [UInt8] {
            defer { position += count }
            return Array(bytes[position..<(position + count)])
        }

        mutating func number(_ byteCount: Int) -> Int {
            take(byteCount).reversed().reduce(0) { $0 << 8 | Int($1) }
        }

        mutating func text(_ lengthBytes: Int) -> String {
            let length = number(lengthBytes)
            return String(decoding: take(length), as: UTF8.self)
        }

        mutating func readCase() -> ONNXCase {
            let name = text(2)
            let length = number(4)
            var result = ONNXCase(name: name, model: take(length))
            for _ in 0..<number(2) {
                let role = number(1)
                let values = readValues()
                switch role {
                case 0: result.inputs.append(values)
                case 1: result.outputs.append(values)
                default: result.others.append(values)
                }
            }
            return result
        }

        mutating func readValues() -> ONNXCase.Values {
            let name = text(2)
            guard let type = ElementType(onnx: Int32(number(1))) else { fatalError("bad pack") }
            var shape = TensorShape()
            for _ in 0..<number(1) { shape.append(number(4)) }
            let count = shape.elementCount ?? 0
            guard type == .string else {
                return .init(
                    name: name, type: type, shape: shape, bytes: take(count * type.byteCount),
                    strings: [])
            }
            return .init(
                name: name, type: type, shape: shape, bytes: [],
                strings: (0..<count).map { _ in text(4) })
        }
    }
}

extension ONNXCase.Values {
    /// Writes the values to `tensor`.
    func fill(_ tensor: Tensor) {
        tensor.reshape(shape)
        for string in strings { tensor.appendString(string) }
        tensor.withMutableBytes { $0.copyBytes(from: bytes) }
    }

    /// The values as doubles.
    var reals: [Double] {
        bytes.withUnsafeBytes { bytes in
            (0..<(shape.elementCount ?? 0)).map { index in
                func load<T: BitwiseCopyable>(_ type: T.Type) -> T {
                    bytes.loadUnaligned(fromByteOffset: index * self.type.byteCount, as: type)
                }
                switch type {
                case .float32: return Double(load(Float.self))
                case .float64: return load(Double.self)
                case .float16: return Double(load(Float16.self))
                case .int64: return Double(load(Int64.self))
                case .int32: return Double(load(Int32.self))
                default: return .nan
                }
            }
        }
    }

    /// What differs between these and `tensor`; nil if nothing does.
    func difference(from tensor: Tensor, tolerance: Double) -> String? {
        guard tensor.type == type else { return "type \(tensor.type), expected \(type)" }
        guard tensor.shape == shape else { return "shape \(tensor.shape), expected \(shape)" }
        if type == .string {
            for (index, expected) in strings.enumerated() where tensor.string(at: index) != expected
            {
                return "'\(tensor.string(at: index))' at \(index), expected '\(expected)'"
            }
            return nil
        }
        let found = tensor.bytes.withUnsafeBytes { [UInt8]($0) }
        if found == bytes { return nil }
        guard type == .float32 || type == .float64 || type == .float16 else {
            return "bytes \(found.prefix(32)), expected \(bytes.prefix(32))"
        }
        let other = ONNXCase.Values(
            name: name, type: type, shape: shape, bytes: found, strings: [])
        for (index, (value, expected)) in zip(other.reals, reals).enumerated() {
            if value == expected || (value.isNaN && expected.isNaN) { continue }
            let scale = max(1, abs(expected))
            guard abs(value - expected) <= tolerance * scale else {
                return "\(value) at \(index), expected \(expected)"
            }
        }
        return nil
    }
}

extension ONNXCase {
    func load(signature: Signature? = nil, meanTerms: [String: Double] = [:]) throws -> Artifact {
        try ArtifactSource(
            flavor: .onnx, fileName: "\(name).onnx", bytes: model, signature: signature,
            meanTerms: meanTerms
        ).load()
    }

    /// Runs the model and says what differs from the expected outputs.
    func differences(tolerance: Double = 1e-6) throws -> [String] {
        let artifact = try load()
        let workspace = artifact.makeWorkspace()
        for (index, spec) in artifact.inputs.enumerated() {
            guard let values = inputs.first(where: { $0.name == spec.name }) else {
                return ["no input \(spec.name)"]
            }
            values.fill(workspace.inputs[index])
        }
        try artifact.run(workspace)
        var found: [String] = []
        for expected in outputs {
            guard let index = artifact.outputs.firstIndex(where: { $0.name == expected.name })
            else {
                found.append("no output \(expected.name)")
                continue
            }
            if let text = expected.difference(
                from: workspace.outputs[index], tolerance: tolerance)
            {
                found.append("\(expected.name): \(text)")
            }
        }
        return found
    }
}
