/// Names and identifiers to screen against, `watchlist.json`:
///
///     {"format": "vigie-watchlist", "formatVersion": 1,
///      "list": {"name": "…", "source": "…", "date": "2026-01-31", "description": "…"},
///      "entries": [{"id": "E-1", "type": "person",
///        "names": [{"text": "…", "kind": "primary"}], "birthDates": ["1970-02"],
///        "countries": ["fr"], "identifiers": [{"kind": "passport", "value": "…", "country": "fr"}],
///        "programs": ["…"], "sources": ["…"], "remarks": "…"}]}
///
/// Of an entry, `id`, `type` and one name at least must be there. A name's kind is "alias" unless it
/// is given; birth dates are a year, a month or a day.
public struct Watchlist: Sendable {
    /// What an entry is.
    public enum Kind: String, Sendable, CaseIterable {
        case person, organisation, vessel, aircraft, other
    }

    /// How good a name is.
    public enum NameKind: String, Sendable, CaseIterable {
        /// The name by which the list knows the entry.
        case primary
        /// Another name.
        case alias
        /// A name so common or doubtful that it does not identify.
        case weak
    }

    /// A name.
    public struct Name: Sendable, Equatable {
        /// As it is written.
        public var text: String
        /// How good it is.
        public var kind: NameKind
    }

    /// A number that identifies: of a passport, a company, a ship.
    public struct Identifier: Sendable, Equatable {
        /// "passport", "imo", …; the list's own words.
        public var kind: String
        /// As it is written.
        public var value: String
        /// Who gave it; empty when unknown.
        public var country: String
    }

    /// Somebody or something that is listed.
    public struct Entry: Sendable, Equatable {
        /// Unique in its list.
        public var id: String
        /// What it is.
        public var type: Kind
        /// Never empty.
        public var names: [Name]
        /// A year, a month or a day each: "1970", "1970-02", "1970-02-03".
        public var birthDates: [String]
        /// Codes of countries that it belongs to.
        public var countries: [String]
        /// Numbers that identify it.
        public var identifiers: [Identifier]
    }

    /// What the list calls itself; empty where it does not say.
    public var name = ""
    /// Who publishes it.
    public var source = ""
    /// When it was drawn up, "2026-01-31".
    public var date = ""
    /// In the file's order.
    public var entries: [Entry] = []

    /// - Throws: `corrupt`, `unsupported` or `limit`, with the place in the file.
    public init(_ bytes: [UInt8]) throws(LoadError) {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch {
            throw LoadError(.corrupt, "not JSON: \(error)")
        }
        try self.init(value)
    }

    init(_ value: JSONValue) throws(LoadError) {
        let root = ModelField(path: "", value: value)
        try root.checkFormat("vigie-watchlist")
        try root.checkKeys(["format", "formatVersion", "list", "entries"])
        if let about = try root.optional("list") {
            try about.checkKeys(["name", "source", "date", "description"])
            name = try about.optional("name")?.listText ?? ""
            source = try about.optional("source")?.listText ?? ""
            if let field = try about.optional("date") { date = try Self.date(field) }
            _ = try about.optional("description")?.text(bytesMax: WatchlistLimits.remarksBytesMax)
        }
        var ids: Set<String> = []
        let list = try root["entries"].elements(max: WatchlistLimits.entriesMax)
        entries.reserveCapacity(list.count)
        for field in list {
            let entry = try Self.entry(field)
            guard ids.insert(entry.id).inserted else {
                throw field.fail("the id '\(entry.id)' appears twice")
            }
            entries.append(entry)
        }
    }

    private static func entry(_ field: ModelField) throws(LoadError) -> Entry {
        try field.checkKeys([
            "id", "type", "names", "birthDates", "countries", "identifiers", "programs", "sources",
            "remarks",
        ])
        let id = try field["id"].listText
        guard !id.isEmpty else { throw field.fail("the id is empty") }
        var entry = Entry(
            id: id, type: try field["type"].choice(Kind.self), names: [], birthDates: [],
            countries: [], identifiers: [])
        for name in try field["names"].elements(max: WatchlistLimits.namesMax) {
            try name.checkKeys(["text", "kind"])
            let text = try name["text"].listText
            guard !text.isEmpty else { throw name.fail("a name is empty") }
            entry.names.append(
                Name(
                    text: text,
                    kind: try name.optional("kind")?.choice(NameKind.self) ?? .alias))
        }
        guard !entry.names.isEmpty else { throw field.fail("'\(id)' has no name") }
        for date in try field.list("birthDates") { entry.birthDates.append(try Self.date(date)) }
        for country in try field.list("countries") { entry.countries.append(try country.listText) }
        for identifier in try field.list("identifiers") {
            try identifier.checkKeys(["kind", "value", "country"])
            entry.identifiers.append(
                Identifier(
                    kind: try identifier["kind"].listText, value: try identifier["value"].listText,
                    country: try identifier.optional("country")?.listText ?? ""))
        }
        for key in ["programs", "sources"] {
            for text in try field.list(key) { _ = try text.listText }
        }
        _ = try field.optional("remarks")?.text(bytesMax: WatchlistLimits.remarksBytesMax)
        return entry
    }

    /// A year, a month or a day.
    private static func date(_ field: ModelField) throws(LoadError) -> String {
        let text = try field.listText
        let whole =
            switch text.utf8.count {
            case 4: text + "-01-01"
            case 7: text + "-01"
            default: text
            }
        guard whole.utf8.count == 10, Timestamp.milliseconds(whole) != nil else {
            throw field.fail("expected a date: \"1970\", \"1970-02\" or \"1970-02-03\"")
        }
        return text
    }
}

extension ModelField {
    fileprivate var listText: String {
        get throws(LoadError) { try text(bytesMax: WatchlistLimits.textBytesMax) }
    }

    fileprivate func list(_ key: String) throws(LoadError) -> [ModelField] {
        try optional(key)?.elements(max: WatchlistLimits.namesMax) ?? []
    }
}
