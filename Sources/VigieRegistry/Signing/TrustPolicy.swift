import VigieCrypto

/// Whose manifests are believed.
package struct TrustPolicy: Sendable, Equatable {
    package var keys: [Ed25519.PublicKey]
    /// Whether a manifest without a signature of one of ``keys`` is refused. A signature that is there
    /// must hold in any case, if its key is known.
    package var isRequired: Bool

    package init(keys: [Ed25519.PublicKey] = [], isRequired: Bool = false) {
        self.keys = keys
        self.isRequired = isRequired
    }

    /// Whether anything is ever looked at.
    package var isActive: Bool { isRequired || !keys.isEmpty }

    /// - Parameters:
    ///   - manifest: the exact bytes of manifest.json.
    ///   - signature: those of manifest.sig; nil when there is none.
    /// - Returns: the id of the key that vouches; nil when none does and none has to.
    /// - Throws: `.refused` with the cause `.unsigned` or `.signature`.
    package func check(_ manifest: [UInt8], _ signature: [UInt8]?) throws(RegistryError) -> String?
    {
        guard let signature else {
            guard isRequired else { return nil }
            throw RegistryError(
                .refused,
                "it is not signed (there is no \(ManifestSignature.fileName)), and signatures are "
                    + "required: `vigie models sign` makes one", cause: .unsigned)
        }
        guard isActive else { return nil }
        let entries = try ManifestSignature.read(signature).entries
        var broken: String?
        for entry in entries {
            for key in keys where key.id == entry.keyID {
                if key.verifies(entry.value, of: manifest) { return key.id }
                broken = key.id
            }
        }
        if let broken {
            throw RegistryError(
                .refused,
                "the signature of key \(broken) does not fit manifest.json: one of both was changed "
                    + "after signing", cause: .signature)
        }
        guard isRequired else { return nil }
        let signers = entries.map(\.keyID).joined(separator: ", ")
        throw RegistryError(
            .refused,
            "it is signed by no trusted key (\(signers.isEmpty ? "by none at all" : "by \(signers)"); "
                + "trusted: \(keys.isEmpty ? "none" : keys.map(\.id).joined(separator: ", ")))",
            cause: .signature)
    }

    /// A signed manifest says which version it is: else an old one could be put in a new one's place,
    /// its signature and all.
    func checkIdentity(_ manifest: Manifest) throws(RegistryError) {
        guard isRequired, manifest.name == nil || manifest.version == nil else { return }
        let missing = manifest.name == nil ? "name" : "version"
        throw RegistryError(
            .refused,
            "manifest.json: \(missing) is missing: what is signed must say which version it is, so "
                + "that it cannot stand for another (`vigie models sign --bind` writes both)",
            cause: .signature)
    }
}
