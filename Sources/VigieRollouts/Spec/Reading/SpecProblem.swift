/// One thing that is wrong with a document, or that its author may not have meant.
package struct SpecProblem: Sendable, Hashable, CustomStringConvertible {
    /// Where: "spec.strategy.steps[2].weight"; empty for the document itself.
    package let path: String
    /// What is expected there: "must be from 0 to 10000".
    package let problem: String

    package init(_ path: String, _ problem: String) {
        self.path = path
        self.problem = problem
    }

    package var description: String { path.isEmpty ? problem : "\(path) \(problem)" }
}

/// Why a document is no rollout: everything that is wrong with it, at once.
package struct RolloutError: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one.
    package let problems: [SpecProblem]

    package init(_ problems: [SpecProblem]) { self.problems = problems }

    package var description: String {
        problems.map(\.description).joined(separator: "; ")
    }
}
