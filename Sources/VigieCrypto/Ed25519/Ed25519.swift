import COpenSSL

/// Ed25519 (RFC 8032 §5.1) by OpenSSL. Contexts and keys of its own never leave this file.
package enum Ed25519 {
    /// Bytes of a signature.
    package static let signatureBytes = 64
    /// Bytes of a key of either kind.
    package static let keyBytes = 32

    /// The key that verifies.
    package struct PublicKey: Sendable, Hashable {
        /// 32 of them.
        package let bytes: [UInt8]

        /// Nil unless there are 32 bytes.
        package init?(bytes: [UInt8]) {
            guard bytes.count == Ed25519.keyBytes else { return nil }
            self.bytes = bytes
        }

        /// The first 16 hexadecimal digits of the SHA-256 of ``bytes``: names the key among few.
        package var id: String { String(SHA256.digest(of: bytes).hex.prefix(16)) }

        /// Whether the owner of the private key has signed `message`. Any thread.
        package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
            guard signature.count == Ed25519.signatureBytes else { return false }
            let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
            defer { EVP_PKEY_free(key) }
            guard let key, let context = EVP_MD_CTX_new() else { return false }
            defer { EVP_MD_CTX_free(context) }
            guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
            return EVP_DigestVerify(
                context, signature, signature.count, message, message.count) == 1
        }
    }

    /// The key that signs.
    package struct PrivateKey: Sendable {
        /// 32 of them: RFC 8032's seed.
        package let bytes: [UInt8]

        /// Nil unless there are 32 bytes.
        package init?(bytes: [UInt8]) {
            guard bytes.count == Ed25519.keyBytes else { return nil }
            self.bytes = bytes
        }

        /// A new one from the system's random numbers; nil when it has none to give.
        package static func generate() -> PrivateKey? {
            var bytes = [UInt8](repeating: 0, count: Ed25519.keyBytes)
            guard RAND_priv_bytes(&bytes, Int32(bytes.count)) == 1 else { return nil }
            return PrivateKey(bytes: bytes)
        }

        /// Nil when OpenSSL cannot: out of memory, or Ed25519 is switched off.
        package var publicKey: PublicKey? {
            withKey { key in
                var bytes = [UInt8](repeating: 0, count: Ed25519.keyBytes)
                var count = bytes.count
                guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1 else { return nil }
                return PublicKey(bytes: bytes)
            }
        }

        /// 64 bytes; nil when OpenSSL cannot.
        package func sign(_ message: [UInt8]) -> [UInt8]? {
            withKey { key in
                guard let context = EVP_MD_CTX_new() else { return nil }
                defer { EVP_MD_CTX_free(context) }
                var signature = [UInt8](repeating: 0, count: Ed25519.signatureBytes)
                var count = signature.count
                guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
                    EVP_DigestSign(context, &signature, &count, message, message.count) == 1
                else { return nil }
                return signature
            }
        }

        private func withKey<Result>(_ body: (OpaquePointer) -> Result?) -> Result? {
            guard
                let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
            else { return nil }
            defer { EVP_PKEY_free(key) }
            return body(key)
        }
    }
}
