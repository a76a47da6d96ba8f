import VigieEngine

/// One ModelRollout as its source has it, not yet looked into.
package struct RolloutDocument: Sendable, Equatable {
    /// `metadata.name`: unique among the rollouts of a source.
    package var name: String
    /// Where it comes from, for messages: "fraud.yaml:1", "modelrollout scoring/fraud".
    package var origin: String
    /// The whole object: `apiVersion`, `kind`, `metadata`, `spec`, and `status` if there is one.
    package var content: JSONValue
    /// Where its fields stand, for messages, as far as that is known: "spec.routing" → "fraud.yaml:9".
    package var places: [String: String] = [:]

    package init(name: String, origin: String, content: JSONValue) {
        self.name = name
        self.origin = origin
        self.content = content
    }

    /// The file, or the object, without the line.
    package var place: Substring {
        origin.prefix(upTo: origin.lastIndex(of: ":") ?? origin.endIndex)
    }

    /// Where a field stands, or what it would stand in; the document itself if that is not known.
    package func place(of path: String) -> String {
        var path = Substring(path)
        while !path.isEmpty {
            if let place = places[String(path)] { return place }
            guard let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { break }
            path = path[..<end]
        }
        return origin
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
    /// - Parameter problems: what the source found that is no document at all, by place; of those it
    ///   tells the last good ones again.
    func apply(_ rollouts: [RolloutDocument], problems: [SourceProblem])
    /// Says what stands in the source's way, for the log and the status page; nil when nothing does
    /// any more. Any thread.
    func note(obstacle: String?)
}

extension RolloutSink {
    /// Takes all rollouts that there are.
    package func apply(_ rollouts: [RolloutDocument]) { apply(rollouts, problems: []) }
}

/// Something in a source that cannot be read.
package struct SourceProblem: Sendable, Hashable {
    /// "fraud.yaml:3".
    package let place: String
    package let problem: String

    package init(_ place: String, _ problem: String) {
        self.place = place
        self.problem = problem
    }
}

/// Where rollouts come from: a folder, or a Kubernetes API server.
package protocol RolloutSource: Sendable {
    /// Begins to tell `sink` of all rollouts and of their changes, on threads of the source's own; what
    /// is at hand without waiting for anybody, before it returns. Called once.
    /// - Throws: why it can never tell anything, with what to do.
    func start(_ sink: any RolloutSink) throws(RolloutSourceError)
    /// Ends that, and waits for the source's threads.
    func stop()
}

/// Why a source is of no use.
package struct RolloutSourceError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
