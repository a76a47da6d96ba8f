import Glibc

extension RawSpan {
    /// Whether the bytes are those of `text`.
    @inline(__always)
    package func equals(_ text: StaticString) -> Bool {
        guard byteCount == text.utf8CodeUnitCount else { return false }
        return withUnsafeBytes {
            memcmp($0.baseAddress ?? UnsafeRawPointer(text.utf8Start), text.utf8Start, $0.count)
                == 0
        }
    }

    @inline(__always)
    package func hasPrefix(_ text: StaticString) -> Bool {
        guard byteCount >= text.utf8CodeUnitCount else { return false }
        return withUnsafeBytes {
            memcmp(
                $0.baseAddress ?? UnsafeRawPointer(text.utf8Start), text.utf8Start,
                text.utf8CodeUnitCount) == 0
        }
    }

    /// The byte at `index`.
    @inline(__always)
    subscript(index: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    package var string: String {
        withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
