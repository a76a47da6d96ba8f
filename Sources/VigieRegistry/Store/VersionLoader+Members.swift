import VigieCrypto
import VigieEngine

/// What pipelines are made of.
extension VersionLoader {
    /// What a pipeline is made of, each verified against the digest that the pipeline names.
    func members(
        of pipeline: ArtifactSource, below chain: [String]
    ) throws(RegistryError) -> [String: Artifact] {
        let list: [PipelineMember]
        do { list = try PipelineMember.list(in: pipeline.bytes) } catch {
            throw RegistryError(.refused, "\(pipeline.fileName): \(error.message)")
        }
        var artifacts: [String: Artifact] = [:]
        for member in list {
            do throws(RegistryError) {
                artifacts[member.name] = try self.member(member, below: chain)
            } catch {
                throw RegistryError(
                    error.reason,
                    "\(pipeline.fileName): members.\(member.name): \(error.message)")
            }
        }
        return artifacts
    }

    private func member(
        _ member: PipelineMember, below chain: [String]
    ) throws(RegistryError) -> Artifact {
        let label = ArtifactCache.Key.label(member.model, member.version)
        guard !chain.contains(label) else {
            throw RegistryError(
                .refused, "is a cycle: \((chain + [label]).joined(separator: " → "))")
        }
        // Bounds the recursion; what counts is the depth of what is loaded, below.
        guard chain.count <= PipelineLimits.depthMax else { throw Self.tooDeep }
        guard let pinned = member.manifestSHA256 else {
            throw RegistryError(
                .refused,
                "is not pinned: give the 'manifestSHA256' of \(label), or add the pipeline with "
                    + "`vigie models add`, which does")
        }
        let (found, digest) = try self.manifest(of: member)
        guard digest.hex == pinned else {
            throw RegistryError(
                .refused, "\(label) has a manifest of SHA-256 \(digest.hex), pinned is \(pinned)")
        }
        let key = ArtifactCache.Key(
            name: member.model, version: member.version, manifestDigest: digest)
        let artifact: Artifact
        do throws(RegistryError) {
            artifact = try cache.artifact(key) { () throws(RegistryError) in
                let (model, background, _) = try readFiles(
                    try open(member.model, member.version), found)
                return try load(found, model, background, below: chain + [label])
            }
        } catch { throw RegistryError(error.reason, "\(label): \(error.message)") }
        // Whether a member was loaded for this pipeline or is served anyway: the same bound.
        guard artifact.levels < PipelineLimits.depthMax else { throw Self.tooDeep }
        return artifact
    }

    private static var tooDeep: RegistryError {
        RegistryError(
            .refused, "pipelines within each other deeper than \(PipelineLimits.depthMax)")
    }

    /// The manifest of a member and its digest. A member that is not there may be still to come.
    package func manifest(
        of member: PipelineMember
    ) throws(RegistryError) -> (Manifest, SHA256Digest) {
        guard ModelName.isValid(member.model) else {
            throw RegistryError(.refused, "model must be \(ModelName.rule)")
        }
        let label = ArtifactCache.Key.label(member.model, member.version)
        do throws(RegistryError) {
            let folder = try open(member.model, member.version)
            return try readManifest(folder, member.model, member.version)
        } catch {
            throw RegistryError(error.reason, "\(label) cannot be had: \(error.message)")
        }
    }

    /// The members of a version that is a pipeline; none for other flavors.
    package func members(
        _ name: String, _ version: Int
    ) throws(RegistryError) -> [PipelineMember] {
        let folder = try open(name, version)
        let (manifest, _) = try readManifest(folder, name, version)
        guard manifest.flavor == .pipeline else { return [] }
        do throws(FileError) {
            let bytes = try folder.read(manifest.entry, bytesMax: ManifestLimits.fileBytesMax)
            return Self.list(bytes)
        } catch { throw Self.fileError(error) }
    }

    private static func list(_ bytes: [UInt8]) -> [PipelineMember] {
        (try? PipelineMember.list(in: bytes)) ?? []
    }
}
