import VigieEngine
import VigieKubernetes

/// One field of a rollout that somebody sets, or takes away.
package struct FieldChange: Sendable, Equatable {
    /// Keys from the document's root on: ["spec", "routing", "weight"].
    package let path: [String]
    /// Nil takes the field away.
    package let value: JSONValue?

    package init(_ path: [String], _ value: JSONValue?) {
        self.path = path
        self.value = value
    }

    /// "spec.routing.weight", and an annotation by its name, whose dots would mislead.
    package var name: String {
        path.starts(with: ["metadata", "annotations"]) && path.count == 3
            ? "annotation \(path[2])" : path.joined(separator: ".")
    }
}

extension JSONValue {
    /// The document as it is with all changes made.
    package func applying(_ changes: [FieldChange]) -> JSONValue {
        changes.reduce(self) { $0.setting($1.path[...], $1.value) }
    }

    /// Objects on the way are made when they are missing, and stay when they become empty.
    private func setting(_ path: ArraySlice<String>, _ value: JSONValue?) -> JSONValue {
        guard let key = path.first else { return value ?? .null }
        let rest = path.dropFirst()
        if rest.isEmpty { return replacing(key, value) }
        let inner = self[key]
        if value == nil, inner?.object == nil { return self }
        return replacing(key, (inner ?? .null).setting(rest, value))
    }

    /// As `setting(_:_:)`, with the member in its old place.
    private func replacing(_ key: String, _ value: JSONValue?) -> JSONValue {
        guard let value, var members = object?.members,
            let index = members.firstIndex(where: { $0.key == key })
        else { return setting(key, value) }
        members[index].value = value
        return JSONObject(members).map { .object($0) } ?? self
    }

    /// The JSON merge patch (RFC 7386) that makes these changes.
    package static func mergePatch(_ changes: [FieldChange]) -> JSONValue {
        // A null in a patch takes its field away.
        changes.reduce(.null) { $0.setting($1.path[...], $1.value ?? .null) }
    }
}
