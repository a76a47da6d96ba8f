import VigieEngine

/// Pins the members of a pipeline file that somebody wrote without digests.
enum PipelinePins {
    /// The file with the `manifestSHA256` of each member that has none, as the registry has it now;
    /// the same bytes when all have one, or when the file is of no use: loading says why.
    /// - Throws: when a member is not in the registry.
    static func add(to bytes: [UInt8], _ loader: VersionLoader) throws(RegistryError) -> [UInt8] {
        guard let list = try? PipelineMember.list(in: bytes),
            list.contains(where: { $0.manifestSHA256 == nil }),
            let root = (try? JSONParser.parse(bytes))?.object
        else { return bytes }
        var members: [(key: String, value: JSONValue)] = []
        for member in list {
            let digest: String
            if let pinned = member.manifestSHA256 {
                digest = pinned
            } else {
                do throws(RegistryError) { digest = try loader.manifest(of: member).1.hex } catch {
                    throw RegistryError(error.reason, "members.\(member.name): \(error.message)")
                }
            }
            let pinned = JSONObject([
                ("model", .string(member.model)), ("version", .number(Double(member.version))),
                ("manifestSHA256", .string(digest)),
            ])
            members.append((member.name, pinned.map { .object($0) } ?? .null))
        }
        let whole = JSONObject(
            root.members.map { member in
                let isMembers = member.key == "members"
                return (
                    member.key,
                    isMembers ? JSONObject(members).map { .object($0) } ?? .null : member.value
                )
            })
        guard let whole else { return bytes }
        return Array(JSONWriter.text(.object(whole)).utf8)
    }
}
