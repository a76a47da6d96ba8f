import VigieCrypto
import VigieEngine

/// `vigie models publish`: makes a folder with a manifest, as `vigie-pipelines` or a copy of a version
/// has it, the next version of a model, after it has proved to load and answer.
package struct ModelsPublish: Sendable {
    package let name: String
    package let version: Int
    package let manifest: Manifest
    package let latency: WarmUpLatency
    /// Of the files that the manifest names, whether it says so or not.
    let payloadBytes: Int
    /// Of the manifest as it was written.
    package let digest: SHA256Digest
    /// The key that signed it.
    package let keyID: String?

    /// - Parameters:
    ///   - loader: of the registry: members of a pipeline come from there.
    ///   - folder: of the version.
    ///   - name: nil takes the manifest's.
    ///   - first: the least number that it may have; nil for the next one. MLflow numbers by itself.
    ///   - key: signs the manifest.
    /// - Throws: what is wrong with the folder; nothing is then published.
    package init(
        _ loader: VersionLoader, folder path: String, name: String? = nil,
        from first: Int? = nil, writer: any RegistryWriter, key: SigningKey? = nil
    ) throws(RegistryError) {
        let folder = try Self.open(path)
        let manifest = try Self.manifest(of: folder)
        guard let name = name ?? manifest.name else {
            throw RegistryError(
                .refused, "manifest.json: name is missing: give --model, or write it there")
        }
        guard ModelName.isValid(name) else {
            throw RegistryError(
                .refused, "'\(name)' is no model's name: it must be \(ModelName.rule)")
        }
        (latency, payloadBytes) = try Self.prove(loader, folder, manifest)
        let payload = try Self.payload(of: folder, manifest)
        let existing = try loader.source.scan().models.first { $0.name == name }
        let written = WrittenTexts()
        version = try writer.publish(
            name, from: first ?? (existing?.versions.last ?? 0) + 1, payload: payload
        ) { number throws(RegistryError) in
            var numbered = manifest
            numbered.name = name
            numbered.version = number
            let texts = try VersionTexts(numbered, key: key)
            written.texts = texts
            return texts
        }
        self.name = name
        var numbered = manifest
        numbered.name = name
        numbered.version = version
        self.manifest = numbered
        digest = SHA256.digest(of: written.texts?.manifest ?? [])
        keyID = key?.key.publicKey?.id
    }

    private final class WrittenTexts { var texts: VersionTexts? }

    private static func open(_ path: String) throws(RegistryError) -> OpenFolder {
        do { return try OpenFolder(path) } catch { throw refusal(error) }
    }

    private static func manifest(of folder: borrowing OpenFolder) throws(RegistryError) -> Manifest
    {
        let bytes: [UInt8]
        do { bytes = try folder.read(Manifest.fileName, bytesMax: ManifestLimits.bytesMax) } catch {
            throw refusal(error)
        }
        do { return try Manifest.read(bytes) } catch {
            throw RegistryError(.refused, "cannot publish \(folder.path): \(error)")
        }
    }

    /// Verifies all files, loads the model and warms it up; what that took in memory is given back.
    private static func prove(
        _ loader: VersionLoader, _ folder: borrowing OpenFolder, _ manifest: Manifest
    ) throws(RegistryError) -> (WarmUpLatency, payloadBytes: Int) {
        let files: (model: [UInt8], background: [UInt8], payloadBytes: Int)
        do { files = try loader.readFiles(folder, manifest) } catch {
            throw RegistryError(
                .refused, "cannot publish \(folder.path): \(error.message)", cause: error.cause)
        }
        let latency = try WarmUp.run(
            try loader.compile(manifest, files.model, background: files.background))
        return (latency, files.payloadBytes)
    }

    /// The files, to be read while they are written elsewhere.
    private static func payload(of folder: borrowing OpenFolder, _ manifest: Manifest)
        throws(RegistryError) -> [PayloadFile]
    {
        do throws(FileError) {
            var payload: [PayloadFile] = []
            for file in manifest.files {
                payload.append(
                    PayloadFile(
                        path: file.path, file: try folder.file(file.path), sha256: file.sha256))
            }
            return payload
        } catch { throw refusal(error) }
    }

    private static func refusal(_ error: FileError) -> RegistryError {
        RegistryError(.refused, "\(error)", cause: error.cause)
    }

    /// What the command prints.
    package var text: String {
        let signed = keyID.map { ", signed by \($0)" } ?? ""
        return "Published \(name) version \(version): \(manifest.flavor.rawValue), "
            + "\(Readable.bytes(payloadBytes)), manifest sha256:\(digest.hex)\(signed).\n"
    }

    package var json: JSONValue {
        .members([
            ("model", .string(name)), ("version", .number(Double(version))),
            ("manifestSHA256", .string(digest.hex)), ("keyId", keyID.map { .string($0) } ?? .null),
        ])
    }
}

extension JSONValue {
    /// An object whose keys differ, as its writer sees.
    static func members(_ members: [(key: String, value: JSONValue)]) -> JSONValue {
        JSONObject(members).map { .object($0) } ?? .null
    }
}
