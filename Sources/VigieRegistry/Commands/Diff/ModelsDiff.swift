import VigieEngine

/// `vigie models diff`: what is different between two versions: their features, metrics and settings,
/// how they score the same rows, and the records of a watchlist, of rules, or of a pipeline.
package struct ModelsDiff: Sendable {
    package let name: String
    package let from: Int
    package let to: Int
    /// Nil for flavors that are not made of records, or when both are of different ones.
    package let diff: ArtifactDiff?
    private let schema: SchemaDiff
    private let facts: FactsDiff
    private let scores: ScoreDiff?

    /// Both versions are verified and loaded first: what a pod would refuse is not compared.
    /// - Throws: why one does not load.
    package init(
        _ loader: VersionLoader, name: String, from: Int, to: Int
    ) throws(RegistryError) {
        self.name = name
        self.from = from
        self.to = to
        let old = try Self.load(loader, name, from)
        let new = try Self.load(loader, name, to)
        schema = SchemaDiff(old.artifact.signature, new.artifact.signature)
        facts = FactsDiff(old.manifest, new.manifest)
        scores = ScoreDiff(old, new)
        let isOfRecords = [.watchlist, .rules, .pipeline].contains(new.manifest.flavor)
        guard isOfRecords, old.manifest.flavor == new.manifest.flavor else {
            diff = nil
            return
        }
        let (before, after) = (try loader.entry(name, from), try loader.entry(name, to))
        do { diff = try ArtifactDiff(after.flavor, from: before.bytes, to: after.bytes) } catch {
            throw RegistryError(.refused, error.message)
        }
    }

    private static func load(_ loader: VersionLoader, _ name: String, _ version: Int)
        throws(RegistryError) -> LoadedModel
    {
        do { return try loader.load(name, version) } catch {
            throw RegistryError(error.reason, "\(name) version \(version): \(error.message)")
        }
    }

    private var isEmpty: Bool {
        schema.isEmpty && facts.isEmpty && diff?.isEmpty ?? true && scores?.isEmpty ?? true
    }

    /// For people: a line a record, the changes of a record under it.
    package var text: String {
        let text = "\(name): version \(from) → \(to)\n"
        guard !isEmpty else { return text + "Nothing is different.\n" }
        return text + schema.text + facts.text + (scores?.text ?? "") + records
    }

    private var records: String {
        guard let diff else { return "" }
        var text = ""
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
    package var json: JSONValue {
        func members(_ members: [(key: String, value: JSONValue)]) -> JSONValue {
            .members(members)
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
        let sections = (diff?.sections ?? []).map { section in
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
        return members([
            ("name", .string(name)), ("from", .number(Double(from))),
            ("to", .number(Double(to))), ("features", schema.json),
            ("settings", facts.settingsJSON), ("metrics", facts.metricsJSON),
            ("scores", scores?.json ?? .null), ("changes", changes(diff?.changes ?? [])),
            ("records", members(sections)),
        ])
    }
}
