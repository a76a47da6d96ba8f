/// Keys as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write them: PKCS#8 and
/// SubjectPublicKeyInfo of RFC 8410, whose DER is the same but for the key itself.
extension Ed25519 {
    fileprivate static let privateHeader = Hex.decode("302e020100300506032b657004220420") ?? []
    fileprivate static let publicHeader = Hex.decode("302a300506032b6570032100") ?? []
    private static let privateLabel = "PRIVATE KEY"
    private static let publicLabel = "PUBLIC KEY"

    /// All public keys in a PEM text, in order.
    /// - Throws: when a block is no Ed25519 public key, or there is none.
    package static func publicKeys(inPEM text: String) throws(KeyError) -> [PublicKey] {
        let blocks = try PEM.blocks(text)
        guard !blocks.isEmpty else { throw KeyError("there is no PEM block in it") }
        var keys: [PublicKey] = []
        for block in blocks {
            guard block.label == publicLabel else {
                throw KeyError(
                    "it holds a \(block.label); expected PUBLIC KEY"
                        + (block.label == privateLabel
                            ? ", and a private key belongs nowhere but with who signs" : ""))
            }
            guard block.bytes.starts(with: publicHeader),
                let key = PublicKey(bytes: Array(block.bytes.dropFirst(publicHeader.count)))
            else { throw KeyError("it holds a public key that is not Ed25519") }
            keys.append(key)
        }
        return keys
    }

    /// - Throws: when the text is not one Ed25519 private key.
    package static func privateKey(inPEM text: String) throws(KeyError) -> PrivateKey {
        let blocks = try PEM.blocks(text)
        guard blocks.count == 1, blocks[0].label == privateLabel else {
            throw KeyError("expected one PEM block, PRIVATE KEY (PKCS#8, not encrypted)")
        }
        guard blocks[0].bytes.starts(with: privateHeader),
            let key = PrivateKey(bytes: Array(blocks[0].bytes.dropFirst(privateHeader.count)))
        else { throw KeyError("it holds a private key that is not Ed25519") }
        return key
    }

    /// A file that holds no key of the kind that was expected.
    package struct KeyError: Error, Sendable, CustomStringConvertible {
        package let description: String
        init(_ description: String) { self.description = description }
    }
}

extension Ed25519.PublicKey {
    package var pem: String { PEM.text("PUBLIC KEY", Ed25519.publicHeader + bytes) }
}

extension Ed25519.PrivateKey {
    package var pem: String { PEM.text("PRIVATE KEY", Ed25519.privateHeader + bytes) }
}

/// Textual encoding of keys (RFC 7468).
private enum PEM {
    struct Block {
        let label: String
        let bytes: [UInt8]
    }

    static func text(_ label: String, _ bytes: [UInt8]) -> String {
        // One line of Base64: the keys have 44 or 48 bytes.
        "-----BEGIN \(label)-----\n\(Base64.encode(bytes))\n-----END \(label)-----\n"
    }

    /// What is between `BEGIN` and `END` lines; text outside is a comment.
    static func blocks(_ text: String) throws(Ed25519.KeyError) -> [Block] {
        var blocks: [Block] = []
        var label: Substring?
        var body = ""
        for line in text.split(whereSeparator: \.isNewline) {
            if let open = label {
                if line == "-----END \(open)-----" {
                    guard let bytes = Base64.decode(body) else {
                        throw Ed25519.KeyError("its \(open) is not in Base64")
                    }
                    blocks.append(Block(label: String(open), bytes: bytes))
                    label = nil
                } else {
                    body += line.filter { $0 != " " }
                }
            } else if line.hasPrefix("-----BEGIN "), line.hasSuffix("-----") {
                label = line.dropFirst("-----BEGIN ".count).dropLast(5)
                body = ""
            }
        }
        guard label == nil else { throw Ed25519.KeyError("its last PEM block has no end") }
        return blocks
    }
}
