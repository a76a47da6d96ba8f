/// The header `traceparent`: `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`
/// (W3C Trace Context, levels 1 and 2, section 3.2).
extension TraceContext {
    /// Characters of a `traceparent` of version 00.
    package static let traceParentBytes = 55

    /// Bits of `trace-flags` that have a meaning: sampled (level 1) and random-trace-id (level 2).
    /// Others are not sent on, as section 3.2.2.5 wants.
    package static let knownFlags: UInt8 = 0b11

    /// Reads a header's value; nil for one that is invalid, after which a new trace begins. Blanks
    /// around it belong to HTTP and are skipped. A version above 00 may have more behind a dash;
    /// version ff is forbidden.
    package init?(traceParent value: RawSpan) {
        var start = 0
        var end = value.byteCount
        while start < end, Self.isBlank(value.byte(start)) { start += 1 }
        while end > start, Self.isBlank(value.byte(end - 1)) { end -= 1 }
        guard end - start >= Self.traceParentBytes else { return nil }
        let dash = UInt8(ascii: "-")
        guard let version = value.hex(start, digits: 2), version != 0xFF,
            value.byte(start + 2) == dash,
            let high = value.hex16(start + 3),
            let low = value.hex16(start + 19),
            value.byte(start + 35) == dash,
            let span = value.hex16(start + 36),
            value.byte(start + 52) == dash,
            let flags = value.hex(start + 53, digits: 2)
        else { return nil }
        if end - start > Self.traceParentBytes {
            guard version != 0, value.byte(start + Self.traceParentBytes) == dash else {
                return nil
            }
        }
        self.init(
            traceHigh: high, traceLow: low, span: span,
            flags: UInt8(truncatingIfNeeded: flags) & Self.knownFlags)
        guard isValid else { return nil }
    }

    /// The header's value, of version 00.
    package var traceParent: String {
        "00-\(traceID)-\(spanID)-\(Hex.text(UInt64(flags), digits: 2))"
    }

    /// 32 lower-case hexadecimal digits.
    package var traceID: String {
        Hex.text(traceHigh, digits: 16) + Hex.text(traceLow, digits: 16)
    }

    /// 16 lower-case hexadecimal digits.
    package var spanID: String { Hex.text(span, digits: 16) }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

/// Hexadecimal digits as trace identifiers have them.
enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// The last `digits` digits of `value`.
    static func text(_ value: UInt64, digits count: Int) -> String {
        String(unsafeUninitializedCapacity: count) { room in
            for index in 0..<count {
                room[index] = digits[Int(value >> UInt64(4 * (count - 1 - index)) & 15)]
            }
            return count
        }
    }
}

extension RawSpan {
    /// The byte at `index`, which must be in bounds.
    @inline(__always)
    fileprivate func byte(_ index: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    /// Reads 16 lower-case digits; nil when one is none. They must be in bounds.
    @inline(__always)
    fileprivate func hex16(_ start: Int) -> UInt64? {
        guard let high = hex8(start), let low = hex8(start + 8) else { return nil }
        return high << 32 | low
    }

    /// Eight digits at once, one in each byte of a word.
    @inline(__always)
    private func hex8(_ start: Int) -> UInt64? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops = ones << 7
        let word = UInt64(
            bigEndian: unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self))
        // Bit 6 tells letters, which begin at 0x61, from digits, which begin at 0x30.
        let letters = (word >> 6) & ones
        let distances = (word | tops) &- (ones &* 0x30 &+ letters &* 0x31)
        guard word & tops == 0, distances & tops == tops else { return nil }
        var value = distances & ~tops
        // At most 9 for digits and 5 for letters: more reaches the top bit.
        guard (value &+ ones &* 0x76 &+ letters &* 4) & tops == 0 else { return nil }
        value = value &+ letters &* 10
        value = (value | value >> 4) & 0x00FF_00FF_00FF_00FF
        value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF
        return (value | value >> 16) & 0xFFFF_FFFF
    }

    /// Reads lower-case digits, at most 16; nil when one is none. They must be in bounds.
    @inline(__always)
    fileprivate func hex(_ start: Int, digits: Int) -> UInt64? {
        var value: UInt64 = 0
        for index in start..<start + digits {
            let byte = byte(index)
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            value = value << 4 | UInt64(digit)
        }
        return value
    }
}
