import Glibc
import VigieEngine
import VigieProtos

/// Tensors as bytes: little-endian, row-major, without gaps. An element of BYTES is its length in 4
/// bytes, little-endian, and then its bytes (Open Inference Protocol, "Tensor Data"; Triton's
/// binary tensor data extension). Vigie runs on little-endian machines only, so numbers are copied.
enum RawTensors {
    /// Bytes before each element of BYTES.
    static let lengthBytes = 4

    /// Gives `tensor` the shape and the content. Sizes are checked before any memory is taken, so
    /// that a shape of 2^40 elements with few bytes behind it costs nothing.
    static func read(_ bytes: Bytes, _ shape: TensorShape, into tensor: Tensor)
        throws(TensorProblem)
    {
        guard let count = shape.elementCount else { throw impossible(shape) }
        if tensor.type == .string { return try readStrings(bytes, shape, count, into: tensor) }
        let expected = count * tensor.type.byteCount
        guard bytes.count == expected else {
            throw TensorProblem(
                "has \(bytes.count) raw bytes, but \(tensor.type.protocolName) "
                    + "\(shape.description) takes \(expected)")
        }
        tensor.reshape(shape)
        let isBool = tensor.type == .bool
        tensor.withMutableBytes { target in
            bytes.withUnsafeBytes { target.copyMemory(from: $0) }
            // Any byte but 0 is true on the wire; in a tensor true is 1.
            if isBool { for index in target.indices where target[index] > 1 { target[index] = 1 } }
        }
    }

    private static func readStrings(
        _ bytes: Bytes, _ shape: TensorShape, _ count: Int, into tensor: Tensor
    ) throws(TensorProblem) {
        guard count <= bytes.count / lengthBytes else {
            throw TensorProblem(
                "has \(bytes.count) raw bytes, too few for the lengths of \(count) elements of BYTES"
            )
        }
        tensor.reshape(shape)
        let source = bytes.rawSpan
        var offset = 0
        for index in 0..<count {
            guard source.byteCount - offset >= lengthBytes else {
                throw TensorProblem(
                    "ends after \(index) of \(count) elements of BYTES")
            }
            // In bounds by the guard above.
            let length = Int(
                source.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
            offset += lengthBytes
            guard length <= source.byteCount - offset else {
                throw TensorProblem(
                    "says that element \(index) of BYTES has \(length) bytes, "
                        + "but only \(source.byteCount - offset) are left")
            }
            tensor.appendString(source.extracting(offset..<(offset + length)))
            offset += length
        }
        guard offset == source.byteCount else {
            throw TensorProblem(
                "has \(source.byteCount - offset) raw bytes after its \(count) elements of BYTES")
        }
    }

    static func impossible(_ shape: TensorShape) -> TensorProblem {
        TensorProblem("has the shape \(shape.description), which no tensor can have")
    }

    /// Adds the tensor to `response`: numbers without a copy, so that the tensor must stay as it is
    /// until the response has been encoded.
    static func write(_ tensor: Tensor, to response: Inference.ModelInferResponse) {
        guard tensor.type == .string else {
            tensor.bytes.withUnsafeBytes {
                response.appendRawOutputContents(Bytes(unsafelyBorrowing: $0))
            }
            return
        }
        var size = tensor.count * lengthBytes
        for index in 0..<tensor.count { tensor.withString(at: index) { size += $0.byteCount } }
        response.appendRawOutputContents(byteCount: size) { target in
            var offset = 0
            for index in 0..<tensor.count {
                tensor.withString(at: index) { string in
                    target.storeBytes(
                        of: UInt32(string.byteCount).littleEndian, toByteOffset: offset,
                        as: UInt32.self)
                    offset += lengthBytes
                    string.withUnsafeBytes {
                        UnsafeMutableRawBufferPointer(rebasing: target[offset...])
                            .copyMemory(from: $0)
                    }
                    offset += string.byteCount
                }
            }
        }
    }
}
