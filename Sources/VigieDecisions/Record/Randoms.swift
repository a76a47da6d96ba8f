import Glibc

/// Random bytes from the system, fetched many at a time.
struct Randoms {
    private var pool = [UInt8](repeating: 0, count: 4096)
    private var used = 4096

    mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        if used + count > pool.count {
            var filled = 0
            while filled < pool.count {
                // At most 256 bytes a call, which is never cut short (getentropy(3)).
                let ok = pool.withUnsafeMutableBytes { getentropy($0.baseAddress! + filled, 256) }
                precondition(ok == 0, "the system gives no random bytes")
                filled += 256
            }
            used = 0
        }
        defer { used += count }
        return pool[used..<used + count]
    }

    /// A UUID of version 7 (RFC 9562 §5.7): milliseconds, then the fraction of one to 12 bits
    /// (§6.2, method 3), then random bits.
    mutating func uuid(time: UInt64) -> String {
        let milliseconds = time / 1_000_000
        let fraction = (time % 1_000_000) * 4096 / 1_000_000
        var bytes = [UInt8](repeating: 0, count: 16)
        for index in 0..<6 {
            bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> UInt64(8 * (5 - index)))
        }
        bytes[6] = 0x70 | UInt8(truncatingIfNeeded: fraction >> 8)
        bytes[7] = UInt8(truncatingIfNeeded: fraction)
        for (index, byte) in take(8).enumerated() { bytes[8 + index] = byte }
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
