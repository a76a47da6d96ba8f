import VigieEngine

extension JSONValue {
    /// An object of literal members; those that are nil are left out.
    package static func object(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        // The keys are literals, and differ.
        JSONObject(members.compactMap { key, value in value.map { (key, $0) } })
            .map { .object($0) } ?? .null
    }

    package static func number(_ value: Int) -> JSONValue { .number(Double(value)) }

    /// The same object with a member set, or without it when the value is nil; an object of that
    /// member alone when this is none.
    package func setting(_ key: String, _ value: JSONValue?) -> JSONValue {
        var members = (object?.members ?? []).filter { $0.key != key }
        if let value { members.append((key, value)) }
        return JSONObject(members).map { .object($0) } ?? .null
    }

    /// What stands at the end of a path of keys.
    package subscript(path: [String]) -> JSONValue? {
        path.reduce(Optional(self)) { $0?[$1] }
    }
}
