import TestArtifacts
import VigieProtos
import VigieRPC
import VigieRegistry

@testable import VigieServices

/// A node that serves `models`, as a loop would have it.
func node(_ models: [LoadedModel], limits: ServiceLimits = ServiceLimits()) -> ServingNode {
    ServingNode(table: ServedTable(table(models)), limits: limits) { name, version in
        RPCStatus(.notFound, "no \(name) \(version.map(String.init) ?? "")")
    }
}

/// What the caller gets of `response`, which borrows memory of the version that answered.
func onTheWire<M: Message>(_ response: M, _ arena: Arena) throws(RPCStatus) -> M {
    do { return try response.copied(to: arena) } catch {
        throw RPCStatus(.internal, "not on the wire: \(error)")
    }
}

/// The status that `body` throws; OK when it does not.
func status(_ body: () throws(RPCStatus) -> Void) -> RPCStatus {
    do throws(RPCStatus) { try body() } catch { return error }
    return .ok
}

extension Inference.ModelInferRequest {
    /// Adds an input with its content in raw bytes.
    @discardableResult
    func addRaw(_ name: String, _ type: String, _ shape: [Int64], _ bytes: [UInt8])
        -> Inference.ModelInferRequest.InferInputTensor
    {
        let input = addInputs()
        input.setName(name)
        input.setDatatype(type)
        input.setShape(shape)
        appendRawInputContents(bytes.span.bytes)
        return input
    }

    /// Adds an input with typed content.
    @discardableResult
    func addTyped(
        _ name: String, _ type: String, _ shape: [Int64],
        _ fill: (Inference.InferTensorContents) -> Void
    ) -> Inference.ModelInferRequest.InferInputTensor {
        let input = addInputs()
        input.setName(name)
        input.setDatatype(type)
        input.setShape(shape)
        fill(input.mutableContents())
        return input
    }

    @discardableResult
    func addOutput(_ name: String) -> Inference.ModelInferRequest.InferRequestedOutputTensor {
        let output = addOutputs()
        output.setName(name)
        return output
    }
}

/// The little-endian bytes of numbers.
func littleEndian<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] {
    elements.span.bytes.withUnsafeBytes { Array($0) }
}

/// The numbers of little-endian bytes.
func floats(_ bytes: Bytes) -> [Float] {
    stride(from: 0, to: bytes.count, by: 4).map {
        bytes.rawSpan.unsafeLoadUnaligned(fromByteOffset: $0, as: Float.self)
    }
}
