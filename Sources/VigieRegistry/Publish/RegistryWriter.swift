/// Writes to a registry: for the commands, which may block.
package protocol RegistryWriter: Sendable {
    /// Makes a version whole at once: payload first, the manifest last, under a number that nobody
    /// else has taken.
    /// - Parameters:
    ///   - first: the least number that it may have; MLflow numbers by itself.
    ///   - payload: all files but the manifest and its signature.
    ///   - texts: the manifest and its signature, for the number that the version has got.
    /// - Returns: that number.
    func publish(
        _ name: String, from first: Int, payload: [PayloadFile],
        texts: (_ version: Int) throws(RegistryError) -> VersionTexts
    ) throws(RegistryError) -> Int

    /// Replaces a version's signature, and its manifest where that has changed.
    func replace(_ texts: VersionTexts, of name: String, _ version: Int) throws(RegistryError)

    /// Moves a label, or removes it (nil).
    func setLabel(_ label: String, of name: String, to version: Int?) throws(RegistryError)
}

/// A version's manifest and its signature, as they are written.
package struct VersionTexts: Sendable {
    package var manifest: [UInt8]
    package var signature: [UInt8]?

    package init(manifest: [UInt8], signature: [UInt8]? = nil) {
        self.manifest = manifest
        self.signature = signature
    }

    /// Signed by `key`, if there is one.
    package init(_ manifest: Manifest, key: SigningKey?) throws(RegistryError) {
        self.manifest = Array(manifest.text.utf8)
        signature = nil
        guard let key else { return }
        var signature = ManifestSignature(entries: [])
        try signature.add(key.key, of: self.manifest)
        self.signature = Array(signature.text.utf8)
    }
}

extension RegistryAddress {
    /// Who writes to it.
    package var writer: any RegistryWriter { writer(partBytes: S3Upload.partBytes) }

    /// - Parameter partBytes: see ``S3Upload``.
    package func writer(partBytes: Int) -> any RegistryWriter {
        switch self {
        case .folder(let path): FolderWriter(FolderSource(path))
        case .s3(let address): S3Writer(S3Client(address), partBytes: partBytes)
        case .mlflow(let address): MLflowWriter(MLflowClient(address))
        }
    }
}
