import VigieEngine

/// What is different between two signatures: features by name.
struct SchemaDiff: Sendable {
    struct Changed: Sendable {
        var name: String
        /// "range 18 … 100 → 18 … 120".
        var changes: [String]
    }

    private(set) var added: [String] = []
    private(set) var removed: [String] = []
    private(set) var changed: [Changed] = []
    /// Whether the same features come in another order: callers of tensors must know.
    private(set) var isReordered = false

    var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && !isReordered }

    init(_ old: Signature, _ new: Signature) {
        let before = Dictionary(
            old.features.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Set(new.features.map(\.name))
        added = new.features.map(\.name).filter { before[$0] == nil }
        removed = old.features.map(\.name).filter { !after.contains($0) }
        for feature in new.features {
            guard let earlier = before[feature.name] else { continue }
            let changes = Self.changes(earlier, feature)
            if !changes.isEmpty { changed.append(Changed(name: feature.name, changes: changes)) }
        }
        let common = old.features.map(\.name).filter(after.contains)
        isReordered = common != new.features.map(\.name).filter { before[$0] != nil }
    }

    private static func changes(_ old: Feature, _ new: Feature) -> [String] {
        func bound(_ value: Double?) -> String { value.map { JSONWriter.number($0) } ?? "" }
        func range(_ feature: Feature) -> String {
            "\(bound(feature.minimum)) … \(bound(feature.maximum))"
        }
        let facts: [(String, String, String)] = [
            ("kind", old.kind.rawValue, new.kind.rawValue), ("units", old.unit, new.unit),
            ("range", range(old), range(new)),
            ("missing", old.missing.rawValue, new.missing.rawValue),
            (
                "categories", old.categories.joined(separator: "|"),
                new.categories.joined(separator: "|")
            ),
            ("pii", String(old.isPersonal), String(new.isPersonal)),
        ]
        return facts.filter { $0.1 != $0.2 }.map { "\($0.0) \($0.1) → \($0.2)" }
    }

    var text: String {
        guard !isEmpty else { return "" }
        var text =
            "features: \(added.count) added, \(removed.count) removed, \(changed.count) changed"
            + (isReordered ? ", in another order" : "") + "\n"
        for name in added { text += "  + \(name)\n" }
        for name in removed { text += "  - \(name)\n" }
        for feature in changed {
            text += "  ~ \(feature.name): \(feature.changes.joined(separator: "; "))\n"
        }
        return text
    }

    var json: JSONValue {
        func names(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
        return .members([
            ("added", names(added)), ("removed", names(removed)),
            (
                "changed",
                .array(
                    changed.map {
                        .members([("name", .string($0.name)), ("changes", names($0.changes))])
                    })
            ),
            ("reordered", .bool(isReordered)),
        ])
    }
}
