/// Another version in the registry that a pipeline is made of, pinned: it is the one whose manifest
/// has this digest, or none.
public struct PipelineMember: Sendable, Equatable {
    /// What the pipeline calls it.
    public var name: String
    /// The model's name in the registry.
    public var model: String
    /// Its version.
    public var version: Int
    /// SHA-256 of the version's manifest.json, 64 hexadecimal digits; it covers the digests of all
    /// files. Nil in a file that is still to be pinned, which does not load.
    public var manifestSHA256: String?
    /// Whether a step takes its response, which no calibration of its manifest has touched.
    public var isTakenAsResponse = false

    /// The members that a pipeline file names, in its order, without regard to the rest of it: for
    /// whoever has to load them first.
    /// - Throws: `corrupt`, `unsupported` or `limit`, with the place in the file.
    public static func list(in bytes: [UInt8]) throws(LoadError) -> [PipelineMember] {
        let root = try PipelineReader.root(bytes)
        let responses = Set(
            (root.value["steps"]?.array ?? []).compactMap { step in
                step["take"]?.string == "response" ? step["member"]?.string : nil
            })
        var members: [PipelineMember] = []
        for (name, field) in try root["members"].members(max: PipelineLimits.membersMax) {
            try field.checkName(name)
            try field.checkKeys(["model", "version", "manifestSHA256"])
            let version = try field["version"]
            guard let number = version.value.integer, number >= 1 else {
                throw version.fail("expected a version, from 1 on")
            }
            let digest = try field.optional("manifestSHA256")
            let hex = try digest?.string
            guard hex.map(Self.isDigest) ?? true else {
                throw field.fail("'manifestSHA256' is 64 hexadecimal digits in lower case")
            }
            members.append(
                PipelineMember(
                    name: name, model: try field["model"].text(bytesMax: RuleLimits.nameBytesMax),
                    version: number, manifestSHA256: hex,
                    isTakenAsResponse: responses.contains(name)))
        }
        return members
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { $0 &- 0x30 < 10 || $0 >= 0x61 && $0 <= 0x66 }
    }
}
