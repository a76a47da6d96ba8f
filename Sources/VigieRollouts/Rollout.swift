import VigieEngine

/// A ModelRollout: a Kubernetes object, or a document of a YAML file in a folder.
package struct Rollout: Sendable, Equatable {
    package var metadata: RolloutMetadata
    package var spec: RolloutSpec
    package var status: RolloutStatus

    package static let group = "vigie.dev"
    package static let apiVersion = "vigie.dev/v1alpha1"
    package static let kind = "ModelRollout"
    package static let plural = "modelrollouts"

    package init(
        _ metadata: RolloutMetadata, _ spec: RolloutSpec, status: RolloutStatus = RolloutStatus()
    ) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// What of an object's metadata matters here.
package struct RolloutMetadata: Sendable, Equatable {
    package var name: String
    /// Empty without Kubernetes.
    package var namespace = ""
    /// Empty without Kubernetes.
    package var uid = ""
    /// Counts the changes of `spec`. Without Kubernetes, where nobody counts, the reader sets
    /// ``RolloutSpec/fingerprint``.
    package var generation = 0
    /// What the API server wants back with an update; empty without Kubernetes.
    package var resourceVersion = ""
    /// When the API server took the object, as it writes it ("2026-11-26T13:24:42Z"); empty without
    /// Kubernetes.
    package var creationTimestamp = ""
    package var annotations: [String: String] = [:]

    package init(name: String) { self.name = name }
}
