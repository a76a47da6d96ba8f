/// Who is answered by which version.
package struct RoutingSpec: Sendable, Equatable {
    /// The canary's share in basis points, 0 … 10,000. Beside steps it is a hand on the wheel: they do
    /// not move it as long as it is there.
    package var weight: Int?
    /// What decides a caller's side; nil draws a number for each request.
    package var sticky: StickyKey?
    /// Mixed into the hash of the sticky key; nil is the model's name.
    package var salt: String?
    /// Tried in their order; the first one that holds decides.
    package var rules: [RoutingRule] = []
    /// A request that any of these holds for never goes to the canary.
    package var exclude: [MetadataMatch] = []

    package init() {}

    /// The weight that sends everybody to the canary.
    package static let weightMax = 10_000
}

/// What a caller is known by, so that it stays on its side.
package enum StickyKey: Sendable, Equatable {
    /// The value of a metadata key of the call.
    case metadata(String)
    /// The value of an input of the model.
    case input(String)
}

/// A condition on one metadata key of a call.
package struct MetadataMatch: Sendable, Equatable {
    /// In lower case, as HTTP/2 has it.
    package var key: String
    package var test: Test

    package enum Test: Sendable, Equatable {
        /// The value is this one.
        case exact(String)
        /// The value begins so.
        case prefix(String)
        /// The expression matches the whole value.
        case regex(String)
    }

    package init(_ key: String, _ test: Test) {
        self.key = key
        self.test = test
    }
}

/// Sends the requests that meet all of its conditions to one version.
package struct RoutingRule: Sendable, Equatable {
    /// Answers say it: `vigie-route: rule:<name>`.
    package var name: String
    /// At least one; all must hold.
    package var match: [MetadataMatch]
    package var target: Target

    package enum Target: Sendable, Equatable {
        case stable
        case canary
        case version(Int)
    }

    package init(_ name: String, match: [MetadataMatch], to target: Target) {
        self.name = name
        self.match = match
        self.target = target
    }
}
