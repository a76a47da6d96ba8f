/// A version of the rollout's model, as its author names it.
package struct VersionReference: Sendable, Equatable {
    /// From 1 on.
    package var version: Int
    /// The SHA-256 of its manifest.json, 64 hexadecimal digits: a pod that finds another manifest does
    /// not load it. Nil takes what the registry has.
    package var digest: String?

    package init(version: Int, digest: String? = nil) {
        self.version = version
        self.digest = digest
    }

    /// How a digest begins.
    package static let digestPrefix = "sha256:"
}
