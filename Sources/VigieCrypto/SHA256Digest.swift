/// The 32 bytes of a SHA-256, compared in constant time and written as 64 hexadecimal digits.
package struct SHA256Digest: Sendable, Hashable, BitwiseCopyable {
    /// Bytes of a digest.
    package static let byteCount = 32

    private var words: SIMD4<UInt64> = .zero

    init() {}

    /// A digest from its hexadecimal digits, upper or lower case; nil when there are not exactly 64
    /// of them.
    package init?(hex: String) {
        guard let bytes = Hex.decode(hex), bytes.count == Self.byteCount else { return nil }
        withMutableBytes { target in
            for (index, byte) in bytes.enumerated() { target[index] = byte }
        }
    }

    /// The bytes, first to last.
    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { withUnsafeBytes(of: words) { Hex.encode($0.bytes) } }

    /// Whether all 32 bytes agree, in a time that does not depend on where they differ.
    package static func == (left: Self, right: Self) -> Bool {
        let difference = left.words ^ right.words
        return difference[0] | difference[1] | difference[2] | difference[3] == 0
    }

    mutating func withMutableBytes<Result>(_ body: (UnsafeMutablePointer<UInt8>) -> Result)
        -> Result
    {
        withUnsafeMutableBytes(of: &words) {
            // A SIMD4 is never empty: it has a base address.
            body($0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
    }
}

extension SHA256Digest: CustomStringConvertible {
    package var description: String { hex }
}
