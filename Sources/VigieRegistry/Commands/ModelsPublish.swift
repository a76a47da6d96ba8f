import VigieCrypto
import VigieEngine

/// `vigie models publish`: makes a folder with a manifest, as `vigie-pipelines` or a copy of a version
/// has it, the next version of a model, after it has proved to load and answer.
package struct ModelsPublish: Sendable {
    package let name: String
    package let version: Int
    package let manifest: Manifest
    package let latency: WarmUpLatency
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
        let (manifest, payload) = try Self.read(path)
        guard let name = name ?? manifest.name else {
            throw RegistryError(
                .refused, "manifest.json: name is missing: give --model, or write it there")
        }
        guard ModelName.isValid(name) else {
            throw RegistryError(
                .refused, "'\(name)' is no model's name: it must be \(ModelName.rule)")
        }
        let entry = payload.first { $0.path == manifest.entry }?.bytes ?? []
        let background = payload.first { $0.path == manifest.background }?.bytes ?? []
        let artifact = try loader.compile(manifest, entry, background: background)
        latency = try WarmUp.run(artifact)
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

    /// The manifest and all its files, verified.
    private static func read(_ path: String) throws(RegistryError) -> (Manifest, [PayloadFile]) {
        do throws(FileError) {
            let folder = try OpenFolder(path)
            let bytes = try folder.read(Manifest.fileName, bytesMax: ManifestLimits.bytesMax)
            let manifest: Manifest
            do { manifest = try Manifest.read(bytes) } catch {
                throw FileError("publish", path, detail: "\(error)")
            }
            var payload: [PayloadFile] = []
            var total = 0
            for file in manifest.files {
                let bytes = try folder.read(file.path, bytesMax: ManifestLimits.fileBytesMax)
                total += bytes.count
                guard total <= ManifestLimits.versionBytesMax else {
                    throw FileError(
                        "publish", path,
                        detail: "its files have more than \(ManifestLimits.versionBytesMax) bytes",
                        cause: .size)
                }
                let digest = SHA256.digest(of: bytes)
                guard digest == file.sha256 else {
                    throw FileError(
                        "publish", path,
                        detail: "\(file.path) has SHA-256 \(digest.hex), the manifest says "
                            + file.sha256.hex, cause: .digest)
                }
                payload.append(PayloadFile(path: file.path, bytes: bytes))
            }
            return (manifest, payload)
        } catch { throw RegistryError(.refused, "\(error)", cause: error.cause) }
    }

    /// What the command prints.
    package var text: String {
        let bytes = manifest.files.reduce(0) { $0 + ($1.bytes ?? 0) }
        let signed = keyID.map { ", signed by \($0)" } ?? ""
        return "Published \(name) version \(version): \(manifest.flavor.rawValue), "
            + "\(Readable.bytes(bytes)), manifest sha256:\(digest.hex)\(signed).\n"
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
