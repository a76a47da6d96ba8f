/// Reads what ``DraftBytes`` has written.
struct DraftReader {
    let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position >= bytes.endIndex }

    mutating func part() -> ArraySlice<UInt8> {
        let count = Int(number(UInt32.self))
        return take(count)
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        let end = min(position + count, bytes.endIndex)
        defer { position = end }
        return bytes[position..<end]
    }

    mutating func byte() -> UInt8 { take(1).first ?? 0 }

    /// Little-endian.
    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
        var value: Number = 0
        for (index, byte) in take(MemoryLayout<Number>.size).enumerated() {
            value |= Number(truncatingIfNeeded: UInt64(byte) << UInt64(8 * index))
        }
        return value
    }

    mutating func double() -> Double { Double(bitPattern: number(UInt64.self)) }
}
