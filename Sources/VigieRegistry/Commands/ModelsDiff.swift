import VigieEngine

/// `vigie models diff`: what is different between two versions of a watchlist, of rules, or of a
/// pipeline.
package struct ModelsDiff: Sendable {
    package let name: String
    package let from: Int
    package let to: Int
    package let diff: ArtifactDiff

    /// Both versions are verified and loaded first: what a pod would refuse is not compared.
    /// - Throws: why one does not load, or `.refused` when they are of different flavors, or of one
    ///   whose versions cannot be compared.
    package init(
        _ loader: VersionLoader, name: String, from: Int, to: Int
    ) throws(RegistryError) {
        self.name = name
        self.from = from
        self.to = to
        let old = try loader.entry(name, from)
        let new = try loader.entry(name, to)
        guard old.flavor == new.flavor else {
            throw RegistryError(
                .refused,
                "version \(from) is of the flavor \(old.flavor.rawValue), version \(to) of "
                    + new.flavor.rawValue)
        }
        do { diff = try ArtifactDiff(old.flavor, from: old.bytes, to: new.bytes) } catch {
            throw RegistryError(.refused, error.message)
        }
    }

    /// For people: a line a record, the changes of a record under it.
    package var text: String {
        var text = "\(name): version \(from) → \(to)\n"
        guard !diff.isEmpty else { return text + "Nothing is different.\n" }
        for change in diff.changes { text += "  ~ \(Self.line(change))\n" }
        for section in diff.sections {
            text +=
                "\(section.name): \(section.added.count) added, \(section.removed.count) removed, "
                + "\(section.changed.count) changed\n"
            for id in section.added { text += "  + \(id)\n" }
            for id in section.removed { text += "  - \(id)\n" }
            for record in section.changed {
                text += "  ~ \(record.id)\n"
                for change in record.changes { text += "      \(Self.line(change))\n" }
            }
        }
        return text
    }

    private static func line(_ change: ArtifactDiff.Change) -> String {
        let removed = change.removed.map { "-" + Self.short($0) }
        let added = change.added.map { "+" + Self.short($0) }
        let name = change.field.isEmpty ? "" : "\(change.field): "
        return name + (removed + added).joined(separator: " ")
    }

    /// JSON on one line.
    private static func short(_ value: JSONValue) -> String {
        switch value {
        case .object(let object):
            let members = object.members.map { "\(JSONWriter.string($0.key)): \(short($0.value))" }
            return "{\(members.joined(separator: ", "))}"
        case .array(let values): return "[\(values.map(short).joined(separator: ", "))]"
        default:
            // A plain value is one line, with a line break after it.
            return String(JSONWriter.text(value).dropLast())
        }
    }

    /// For programs.
    package var json: String {
        func members(_ members: [(key: String, value: JSONValue)]) -> JSONValue {
            JSONObject(members).map { .object($0) } ?? .null
        }
        func ids(_ ids: [String]) -> JSONValue { .array(ids.map { .string($0) }) }
        func changes(_ changes: [ArtifactDiff.Change]) -> JSONValue {
            .array(
                changes.map { change in
                    members([
                        ("field", .string(change.field)), ("removed", .array(change.removed)),
                        ("added", .array(change.added)),
                    ])
                })
        }
        let sections = diff.sections.map { section in
            (
                key: section.name,
                value: members([
                    ("added", ids(section.added)), ("removed", ids(section.removed)),
                    (
                        "changed",
                        .array(
                            section.changed.map { record in
                                members([
                                    ("id", .string(record.id)),
                                    ("changes", changes(record.changes)),
                                ])
                            })
                    ),
                ])
            )
        }
        return JSONWriter.text(
            members([
                ("name", .string(name)), ("from", .number(Double(from))),
                ("to", .number(Double(to))), ("changes", changes(diff.changes)),
                ("records", members(sections)),
            ]))
    }
}
