import VigieEngine

/// One ModelRollout as its source has it, not yet looked into.
package struct RolloutDocument: Sendable, Equatable {
    /// `metadata.name`: unique among the rollouts of a source.
    package var name: String
    /// Where it comes from, for messages: "fraud.yaml:1", "modelrollout scoring/fraud".
    package var origin: String
    /// The whole object: `apiVersion`, `kind`, `metadata`, `spec`, and `status` if there is one.
    package var content: JSONValue

    package init(name: String, origin: String, content: JSONValue) {
        self.name = name
        self.origin = origin
        self.content = content
    }
}

/// Who carries out what rollouts say: a pod's ``RolloutBoard``.
package protocol RolloutSink: Sendable {
    /// Takes all rollouts that there are; those that are not among them end. Any thread, one call
    /// after the other.
    ///
    /// A document that says nothing valid is reported with its origin and field, and what it said
    /// before goes on. A source that knows nothing for a while (its server is gone, its folder cannot
    /// be read) does not call: everything goes on.
    func apply(_ rollouts: [RolloutDocument])
    /// Says what stands in the source's way, for the log and the status page; nil when nothing does
    /// any more. Any thread.
    func note(obstacle: String?)
}

/// Where rollouts come from: a folder, or a Kubernetes API server.
package protocol RolloutSource: Sendable {
    /// Begins to tell `sink` of all rollouts and of their changes, on threads of the source's own.
    /// Called once; it does not wait.
    func start(_ sink: any RolloutSink)
    /// Ends that, and waits for the source's threads.
    func stop()
}
