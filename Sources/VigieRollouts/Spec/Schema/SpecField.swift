/// One field of a rollout's document, as the reader knows it and as ROLLOUTS.md tells it.
package struct SpecField: Sendable, Equatable {
    package let name: String
    /// "string", "0 … 10000", "duration".
    package let type: String
    /// What an absent field means; "required" when it must be there; empty when nothing.
    package let fallback: String
    package let meaning: String

    init(_ name: String, _ type: String, _ meaning: String) {
        self.init(name, type, "", meaning)
    }

    init(_ name: String, _ type: String, _ fallback: String, _ meaning: String) {
        self.name = name
        self.type = type
        self.fallback = fallback
        self.meaning = meaning
    }
}

/// The fields of one object.
package struct SpecObject: Sendable, Equatable {
    /// Where it stands: "spec.routing".
    package let path: String
    package let fields: [SpecField]

    init(_ path: String, _ fields: [SpecField]) {
        self.path = path
        self.fields = fields
    }

    func contains(_ name: String) -> Bool { fields.contains { $0.name == name } }
}
