import VigieEngine
import VigieRollouts

/// Where a person's rollouts are: a cluster or a folder. Reads statuses and never writes them.
package protocol RolloutPlace: AnyObject {
    /// For people: "modelrollouts of scoring at https://…", "rollouts of ./rollouts".
    var place: String { get }
    /// All rollouts, by name.
    func all() throws(EditRefusal) -> [StoredRollout]
    /// What is there that is no rollout, with its place, as it was when ``all()`` was last asked.
    var unreadable: [String] { get }
    /// One of them.
    /// - Throws: when there is none of that name, with the names that there are.
    func one(_ name: String) throws(EditRefusal) -> StoredRollout
    /// Changes one as `edit` says. When somebody else has changed it in between, it is read and edited
    /// anew, once.
    func change(
        _ name: String, _ edit: (EditedRollout) throws(EditRefusal) -> RolloutEdit
    ) throws(EditRefusal) -> EditOutcome
    /// Makes a rollout, or replaces the specification of the one that has its name.
    func put(_ document: WrittenRollout) throws(EditRefusal) -> PutOutcome
}

/// What an edit has done.
package struct EditOutcome: Sendable {
    package let edit: RolloutEdit
    /// By field: what was there, and what is there now; nil where there is nothing.
    package let fields: [(name: String, before: JSONValue?, after: JSONValue?)]
    /// Where: "fraud.yaml".
    package let origin: String
    /// The document was written anew, without its comments.
    package let isRewritten: Bool

    init(_ edit: RolloutEdit, of content: JSONValue, origin: String, isRewritten: Bool = false) {
        self.edit = edit
        self.origin = origin
        self.isRewritten = isRewritten
        fields = edit.changes.map { ($0.name, content[$0.path], $0.value) }
            .filter { $0.1 != $0.2 }
    }

    /// For a terminal.
    package var text: String {
        var text = "\(origin): \(edit.summary)\n"
        func shown(_ value: JSONValue?) -> String { value.map(YAMLText.flow) ?? "(nothing)" }
        for field in fields {
            text += "  \(field.name): \(shown(field.before)) → \(shown(field.after))\n"
        }
        for note in edit.notes { text += "  note: \(note)\n" }
        if isRewritten {
            text += "  note: the document is written anew; comments in it are gone\n"
        }
        return text
    }
}

/// What has become of a document that somebody applied.
package enum PutOutcome: String, Sendable {
    case created
    case changed
    case unchanged
}
