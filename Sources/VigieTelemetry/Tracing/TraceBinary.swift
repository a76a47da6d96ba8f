/// The bytes of `grpc-trace-bin` (OpenCensus's binary encoding, version 0, which gRFC A72 keeps): a
/// version, then fields that each begin with their number, in ascending order.
extension TraceContext {
    /// 1 for the version, 17 for the trace's identifier, 9 for the span's, 2 for the flags.
    package static let traceBinaryBytes = 29

    /// Reads a decoded value; nil for one that is invalid. Flags may be missing; fields of higher
    /// numbers are skipped, whatever they are.
    package init?(traceBinary bytes: RawSpan) {
        guard bytes.byteCount >= 27, bytes.number(0, UInt8.self) == 0,
            bytes.number(1, UInt8.self) == 0, bytes.number(18, UInt8.self) == 1
        else { return nil }
        var flags: UInt8 = 0
        if bytes.byteCount >= Self.traceBinaryBytes, bytes.number(27, UInt8.self) == 2 {
            flags = bytes.number(28, UInt8.self) & Self.knownFlags
        }
        self.init(
            traceHigh: bytes.number(2, UInt64.self), traceLow: bytes.number(10, UInt64.self),
            span: bytes.number(19, UInt64.self), flags: flags)
        guard isValid else { return nil }
    }

    /// The value's bytes.
    package var traceBinary: [UInt8] {
        var bytes: [UInt8] = [0, 0]
        bytes.reserveCapacity(Self.traceBinaryBytes)
        bytes.append(bigEndian: traceHigh)
        bytes.append(bigEndian: traceLow)
        bytes.append(1)
        bytes.append(bigEndian: span)
        bytes += [2, flags]
        return bytes
    }

    /// The trace's identifier as 16 bytes, as OTLP has it.
    package var traceIDBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        bytes.append(bigEndian: traceHigh)
        bytes.append(bigEndian: traceLow)
        return bytes
    }

    /// A span's identifier as 8 bytes.
    package static func spanIDBytes(_ span: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: span)
        return bytes
    }
}

extension RawSpan {
    /// A big-endian number whose bytes must be in bounds.
    @inline(__always)
    fileprivate func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ offset: Int, _ type: Number.Type
    ) -> Number {
        Number(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: UInt64) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
