/// What is different between two versions of a file that people read: a watchlist, rules, a pipeline.
public struct ArtifactDiff: Sendable, Equatable {
    /// A part of a record that is other than it was.
    public struct Change: Sendable, Equatable {
        /// What the file calls it; empty for a record that is one value.
        public var field: String
        /// What is no longer there: an array's elements, or the old value.
        public var removed: [JSONValue]
        /// What is there now.
        public var added: [JSONValue]
    }

    /// A record that is in both versions, but not the same.
    public struct Changed: Sendable, Equatable {
        /// Its id.
        public var id: String
        /// In the newer file's order.
        public var changes: [Change]
    }

    /// The records of one kind.
    public struct Section: Sendable, Equatable {
        /// What the file calls them: "entries", "rules".
        public var name: String
        /// By id, in the newer file's order.
        public var added: [String]
        /// By id, in the older file's order.
        public var removed: [String]
        /// In the newer file's order.
        public var changed: [Changed]

        /// Whether nothing is different.
        public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }
    }

    /// Those that differ, in a fixed order.
    public var sections: [Section]
    /// What stands beside the records: policy, base score, the list's date.
    public var changes: [Change]

    /// Whether nothing is different.
    public var isEmpty: Bool { sections.isEmpty && changes.isEmpty }

    /// Records of each kind, and the key that names one; nil: they are members of an object.
    private static let records: [Flavor: [(section: String, id: String?)]] = [
        .watchlist: [("entries", "id")],
        .rules: [
            ("rules", "id"), ("bands", "name"), ("inputs", "name"), ("lists", nil), ("let", nil),
            ("tests", "name"),
        ],
        .pipeline: [
            ("members", nil), ("steps", "name"), ("inputs", "name"), ("outputs", "name"),
        ],
    ]

    /// Whether two files of this flavor can be compared.
    public static func isSupported(_ flavor: Flavor) -> Bool { records[flavor] != nil }

    /// - Parameters:
    ///   - old: the older file, one that loads.
    ///   - new: the newer file, one that loads.
    /// - Throws: `unsupported` for a flavor without records, `corrupt` for what is no JSON object.
    public init(_ flavor: Flavor, from old: [UInt8], to new: [UInt8]) throws(LoadError) {
        guard let records = Self.records[flavor] else {
            throw LoadError(
                .unsupported, "versions of the flavor \(flavor.rawValue) cannot be compared")
        }
        let old = try Self.object(old)
        let new = try Self.object(new)
        sections = []
        for (name, id) in records {
            let section = Self.compare(
                name, Self.list(old[name], id), Self.list(new[name], id))
            if !section.isEmpty { sections.append(section) }
        }
        let known = Set(records.map(\.section))
        changes = Self.changes(
            old.members.filter { !known.contains($0.key) },
            new.members.filter { !known.contains($0.key) })
    }

    private static func object(_ bytes: [UInt8]) throws(LoadError) -> JSONObject {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch {
            throw LoadError(.corrupt, "not JSON: \(error)")
        }
        guard let object = value.object else { throw LoadError(.corrupt, "expected an object") }
        return object
    }

    /// Records by id. One without an id has its place for one.
    private static func list(_ value: JSONValue?, _ id: String?) -> [(id: String, JSONValue)] {
        guard let id else { return value?.object?.members.map { ($0.key, $0.value) } ?? [] }
        return (value?.array ?? []).enumerated().map { place, record in
            (record[id]?.string ?? "[\(place)]", record)
        }
    }

    private static func compare(
        _ name: String, _ old: [(id: String, JSONValue)], _ new: [(id: String, JSONValue)]
    ) -> Section {
        let before = Dictionary(old.map { ($0.id, $0.1) }, uniquingKeysWith: { first, _ in first })
        let after = Set(new.map(\.id))
        var section = Section(name: name, added: [], removed: [], changed: [])
        section.removed = old.map(\.id).filter { !after.contains($0) }
        for (id, record) in new {
            guard let earlier = before[id] else {
                section.added.append(id)
                continue
            }
            let changes: [Change]
            if let a = earlier.object, let b = record.object {
                changes = Self.changes(a.members, b.members)
            } else {
                changes = change("", earlier, record).map { [$0] } ?? []
            }
            if !changes.isEmpty { section.changed.append(Changed(id: id, changes: changes)) }
        }
        return section
    }

    private static func changes(
        _ old: [(key: String, value: JSONValue)], _ new: [(key: String, value: JSONValue)]
    ) -> [Change] {
        let before = Dictionary(old.map { ($0.key, $0.value) }, uniquingKeysWith: { a, _ in a })
        let after = Dictionary(new.map { ($0.key, $0.value) }, uniquingKeysWith: { a, _ in a })
        var fields = new.map(\.key)
        fields += old.map(\.key).filter { after[$0] == nil }
        return fields.compactMap { change($0, before[$0] ?? .null, after[$0] ?? .null) }
    }

    private static func change(_ field: String, _ old: JSONValue, _ new: JSONValue) -> Change? {
        guard old != new else { return nil }
        // A list and nothing are a list and an empty one.
        let before = old.array ?? (old == .null && new.array != nil ? [] : nil)
        let after = new.array ?? (new == .null && old.array != nil ? [] : nil)
        guard let before, let after else {
            return Change(
                field: field, removed: old == .null ? [] : [old], added: new == .null ? [] : [new])
        }
        let removed = before.filter { !after.contains($0) }
        let added = after.filter { !before.contains($0) }
        // Only the order, or how often one is there, is other.
        if removed.isEmpty, added.isEmpty {
            return Change(field: field, removed: [old], added: [new])
        }
        return Change(field: field, removed: removed, added: added)
    }
}
