/// A hash whose seed differs from process to process, so that nobody can prepare colliding values.
/// 64-bit multiplications folded onto themselves, as in wyhash.
struct SeededHash: Sendable {
    private let seed: UInt64

    init() { seed = .random(in: 1...UInt64.max) }

    @inline(__always)
    func callAsFunction(_ value: UInt64) -> Int { Int(truncatingIfNeeded: Self.fold(value ^ seed)) }

    @inline(__always)
    func callAsFunction(_ bytes: Span<UInt8>) -> Int {
        var state = seed ^ UInt64(truncatingIfNeeded: bytes.count)
        var word: UInt64 = 0
        var filled = 0
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            filled += 1
            if filled == 8 {
                state = Self.fold(state ^ word)
                word = 0
                filled = 0
            }
        }
        return Int(truncatingIfNeeded: Self.fold(state ^ word))
    }

    @inline(__always)
    private static func fold(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}
