import VigieEngine

/// The parts of a decision that have no fixed size, one behind the other, each behind its length:
/// request id, caller, peer, message, inputs, outputs, reasons.
package struct DraftBytes {
    package internal(set) var bytes: [UInt8] = []

    /// Adds a part of plain bytes.
    @inline(__always)
    package mutating func part(_ span: RawSpan) {
        number(UInt32(clamping: span.byteCount))
        raw(span)
    }

    /// Adds a part of text.
    package mutating func part(_ text: String) {
        var text = text
        text.withUTF8 { part(UnsafeRawBufferPointer($0).bytes) }
    }

    /// Adds a part that holds an application's row.
    package mutating func part(row: [Double]) { part(row.span.bytes) }

    /// Adds a part that holds tensors.
    package mutating func part(_ tensors: [Tensor]) {
        let start = bytes.count
        number(UInt32(0))
        for tensor in tensors { add(tensor) }
        let count = UInt32(clamping: bytes.count - start - 4)
        for index in 0..<4 {
            bytes[start + index] = UInt8(truncatingIfNeeded: count >> UInt32(8 * index))
        }
    }

    /// Adds nothing as a part.
    package mutating func emptyPart() { number(UInt32(0)) }

    private mutating func add(_ tensor: Tensor) {
        guard !tensor.isAbsent else {
            bytes.append(0)
            return
        }
        bytes.append(1)
        let shape = tensor.shape
        bytes.append(UInt8(truncatingIfNeeded: shape.rank))
        for index in 0..<shape.rank { number(UInt64(shape[index])) }
        guard tensor.type == .string else { return raw(tensor.bytes) }
        for index in 0..<tensor.count { tensor.withString(at: index) { part($0) } }
    }

    @inline(__always)
    mutating func raw(_ span: RawSpan) {
        span.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Little-endian.
    @inline(__always)
    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_ value: Number) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

extension DraftBytes {
    private static var reasonBytes: Int { 16 }

    /// Begins a part of so many reasons.
    package mutating func beginReasons(_ count: Int) {
        number(UInt32(clamping: count * Self.reasonBytes))
    }

    /// Adds one reason, by its index and its feature's.
    package mutating func reasonItem(reason: Int, feature: Int, contribution: Double) {
        number(UInt32(clamping: reason))
        number(UInt32(clamping: feature))
        number(contribution.bitPattern)
    }
}
