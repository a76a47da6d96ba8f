import COpenSSL

/// Comparisons of secrets, whose duration says nothing about where they differ.
package enum ConstantTime {
    /// Whether both hold the same bytes. Only their lengths may show in the time that it takes.
    package static func equal(_ left: RawSpan, _ right: RawSpan) -> Bool {
        guard left.byteCount == right.byteCount else { return false }
        guard left.byteCount > 0 else { return true }
        return left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
            }
        }
    }

    /// Whether both hold the same bytes. Only their lengths may show in the time that it takes.
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        equal(left.span.bytes, right.span.bytes)
    }
}
