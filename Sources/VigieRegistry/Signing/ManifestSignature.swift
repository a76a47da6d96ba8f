import VigieCrypto
import VigieEngine

/// `manifest.sig` beside a manifest: detached Ed25519 signatures of its exact bytes.
///
///     {"signatures": [{"algorithm": "ed25519", "keyId": "5f0c…", "value": "<Base64>"}]}
///
/// The manifest holds the digests of all files: who signs it signs the whole version.
package struct ManifestSignature: Sendable, Equatable {
    package static let fileName = "manifest.sig"
    /// Bytes of the file.
    package static let bytesMax = 16 << 10
    /// Signatures in it: for keys that are being replaced.
    package static let signaturesMax = 8

    package struct Entry: Sendable, Equatable {
        /// As ``Ed25519/PublicKey/id``: where to look first, believed by nobody.
        package var keyID: String
        package var value: [UInt8]
    }

    package var entries: [Entry]

    package init(entries: [Entry]) { self.entries = entries }

    /// - Throws: what is wrong with the file, and where.
    package static func read(_ bytes: [UInt8]) throws(RegistryError) -> ManifestSignature {
        do {
            let root = ManifestNode(try JSONParser.parse(bytes, depthMax: 6))
            return try read(root)
        } catch let error as ManifestError {
            throw RegistryError(
                .refused, "\(fileName): \(error.path) \(error.problem)", cause: .signature)
        } catch {
            throw RegistryError(
                .refused, "\(fileName): is no valid JSON: \(error)", cause: .signature)
        }
    }

    private static func read(_ root: ManifestNode) throws(ManifestError) -> ManifestSignature {
        let nodes = try root.required("signatures").elements(max: signaturesMax)
        var signature = ManifestSignature(entries: [])
        for node in nodes {
            let algorithm = try node.required("algorithm")
            guard try algorithm.name() == "ed25519" else {
                throw algorithm.error("must be \"ed25519\"")
            }
            let value = try node.required("value")
            guard let bytes = Base64.decode(try value.text()),
                bytes.count == Ed25519.signatureBytes
            else { throw value.error("must be 64 bytes in Base64") }
            signature.entries.append(
                Entry(keyID: try node.required("keyId").name(), value: bytes))
        }
        return signature
    }

    /// The file's text.
    package var text: String {
        let list = entries.map { entry in
            Self.object([
                ("algorithm", .string("ed25519")), ("keyId", .string(entry.keyID)),
                ("value", .string(Base64.encode(entry.value))),
            ])
        }
        return JSONWriter.text(Self.object([("signatures", .array(list))]))
    }

    private static func object(_ members: [(key: String, value: JSONValue)]) -> JSONValue {
        // The keys are written here, and differ.
        JSONObject(members).map { .object($0) } ?? .null
    }

    /// This one and that of `key`, in the place of an older one of it.
    /// - Throws: when OpenSSL cannot sign.
    package mutating func add(_ key: Ed25519.PrivateKey, of manifest: [UInt8]) throws(RegistryError)
    {
        guard let id = key.publicKey?.id, let value = key.sign(manifest) else {
            throw RegistryError(.refused, "OpenSSL cannot sign with this key", cause: .signature)
        }
        entries.removeAll { $0.keyID == id }
        guard entries.count < Self.signaturesMax else {
            throw RegistryError(
                .refused, "there are \(Self.signaturesMax) signatures already", cause: .signature)
        }
        entries.append(Entry(keyID: id, value: value))
    }
}
