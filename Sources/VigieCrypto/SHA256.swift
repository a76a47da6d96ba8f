import COpenSSL
import Glibc

/// SHA-256 (FIPS 180-4) over bytes that come in pieces, computed by OpenSSL's EVP, which uses the
/// processor's SHA extensions where there are any.
///
/// Owns its EVP context, which never leaves this file.
package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    package init() {
        // EVP_MD_CTX_new gives nil, and EVP_DigestInit_ex of a built-in digest 0, only when out of
        // memory, which has no recovery here: the process ends, as with any Swift allocation.
        guard let context = EVP_MD_CTX_new() else { fatalError("out of memory for SHA-256") }
        self.context = context
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "SHA-256 is disabled")
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes in the next bytes.
    package mutating func update(_ bytes: RawSpan) {
        let code = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        precondition(code == 1, "EVP_DigestUpdate failed")
    }

    /// Takes in what is left of a file from its descriptor's position on, 64 KiB at a time.
    /// - Throws: the errno of read(2).
    package mutating func update(fileDescriptor: Int32) throws(ReadFailure) {
        let size = 64 * 1024
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = read(fileDescriptor, buffer, size)
            if count == 0 { return }
            if count < 0 {
                if errno == EINTR { continue }
                throw ReadFailure(code: errno)
            }
            update(UnsafeRawBufferPointer(start: buffer, count: count).bytes)
        }
    }

    /// The digest of all bytes taken in.
    package consuming func finalize() -> SHA256Digest {
        var digest = SHA256Digest()
        let code = digest.withMutableBytes { EVP_DigestFinal_ex(context, $0, nil) }
        precondition(code == 1, "EVP_DigestFinal_ex failed")
        return digest
    }

    /// The digest of `bytes`.
    package static func digest(of bytes: RawSpan) -> SHA256Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// The digest of `bytes`.
    package static func digest(of bytes: [UInt8]) -> SHA256Digest { digest(of: bytes.span.bytes) }

    /// read(2) failed while a file was digested.
    package struct ReadFailure: Error, Equatable {
        /// The errno.
        package let code: Int32
    }
}
