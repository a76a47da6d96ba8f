import VigieCrypto
import VigieEngine

/// `vigie models sign`: vouches for a version that is in a registry.
package struct ModelsSign: Sendable {
    package let name: String
    package let version: Int
    package let keyID: String
    /// Whether the manifest was rewritten to say which version it is.
    package let isBound: Bool

    /// The version is loaded first: what would not be served is not signed.
    /// - Parameter binds: writes name and version into a manifest that lacks them; its digest changes.
    package init(
        _ loader: VersionLoader, name: String, version: Int, key: SigningKey, binds: Bool = false,
        writer: any RegistryWriter
    ) throws(RegistryError) {
        _ = try loader.load(name, version)
        let folder = try loader.open(name, version)
        let bytes: [UInt8]
        var signature = ManifestSignature(entries: [])
        do throws(FileError) {
            bytes = try folder.read(Manifest.fileName, bytesMax: ManifestLimits.bytesMax)
        } catch { throw VersionLoader.fileError(error) }
        var texts = VersionTexts(manifest: bytes)
        var (manifest, _) = try loader.readManifest(folder, name, version)
        isBound = manifest.name == nil || manifest.version == nil
        if isBound {
            guard binds else {
                throw RegistryError(
                    .refused,
                    "manifest.json: \(manifest.name == nil ? "name" : "version") is missing, and what "
                        + "is signed must say which version it is: --bind writes both, which changes "
                        + "the manifest's digest", cause: .signature)
            }
            manifest.name = name
            manifest.version = version
            texts.manifest = Array(manifest.text.utf8)
        } else if let old = try? folder.read(
            ManifestSignature.fileName, bytesMax: ManifestSignature.bytesMax)
        {
            // Others' signatures of the same bytes stay.
            signature = (try? ManifestSignature.read(old)) ?? signature
        }
        try signature.add(key.key, of: texts.manifest)
        texts.signature = Array(signature.text.utf8)
        try writer.replace(texts, of: name, version)
        self.name = name
        self.version = version
        keyID = key.key.publicKey?.id ?? ""
    }

    package var text: String {
        "Signed \(name) version \(version) with key \(keyID)"
            + (isBound ? "; its manifest says now which version it is.\n" : ".\n")
    }
}
