/// How a version stands, for RepositoryIndex and `vigie models list`.
package struct ModelStatus: Sendable, Equatable {
    /// The states of Triton's repository index.
    package enum State: String, Sendable {
        case ready = "READY"
        case loading = "LOADING"
        case unavailable = "UNAVAILABLE"
    }

    package var name: String
    /// Nil: the model as a whole, for example one without any version.
    package var version: Int?
    package var state: State
    /// Why it is not ready, or what is odd about it; empty when all is well.
    package var reason: String
    /// The labels that callers may name the version by now, ascending.
    package var labels: [String]

    package init(
        name: String, version: Int?, state: State, reason: String = "", labels: [String] = []
    ) {
        self.name = name
        self.version = version
        self.state = state
        self.reason = reason
        self.labels = labels
    }
}
