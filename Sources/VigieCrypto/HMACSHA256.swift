import COpenSSL

/// HMAC (RFC 2104) with SHA-256.
package enum HMACSHA256 {
    /// The 32 bytes that `key` makes of `message`.
    package static func code(key: [UInt8], message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256Digest.byteCount) { target, count in
            var written: UInt32 = 0
            // Gives nil only when out of memory, which has no recovery here.
            let result = HMAC(
                EVP_sha256(), key, Int32(clamping: key.count), message, message.count,
                target.baseAddress, &written)
            precondition(result != nil && written == 32, "HMAC-SHA256 failed")
            count = Int(written)
        }
    }

    package static func code(key: [UInt8], message: String) -> [UInt8] {
        code(key: key, message: Array(message.utf8))
    }
}
