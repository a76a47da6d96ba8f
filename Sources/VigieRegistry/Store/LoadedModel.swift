import VigieCrypto
import VigieEngine

/// A version of a model in memory: verified, compiled, warmed up, immutable. Whoever holds it may
/// use it; its memory goes when the last holder lets go.
package final class LoadedModel: Sendable {
    package let name: String
    package let version: Int
    /// The version as it goes on the wire: "3".
    package let versionText: String
    package let manifest: Manifest
    package let artifact: Artifact
    /// The model's reasons, ready to rank.
    package let reasons: ReasonTable
    /// Of the manifest's bytes: identifies the version's whole content, since the manifest holds
    /// the digests of its files.
    package let manifestDigest: SHA256Digest
    /// Bytes of all payload files.
    package let payloadBytes: Int
    /// Reading, verifying and compiling.
    package let loadDuration: Duration
    /// The warm-up, after that.
    package let warmUpDuration: Duration
    /// What one call costs, measured at warm-up.
    package let warmUpLatency: WarmUpLatency

    package init(
        name: String, version: Int, manifest: Manifest, manifestDigest: SHA256Digest,
        artifact: Artifact, payloadBytes: Int, loadDuration: Duration, warmUpDuration: Duration,
        warmUpLatency: WarmUpLatency
    ) {
        self.name = name
        self.version = version
        versionText = String(version)
        self.manifest = manifest
        self.manifestDigest = manifestDigest
        self.artifact = artifact
        reasons = ReasonTable(signature: artifact.signature, reasons: manifest.reasons)
        self.payloadBytes = payloadBytes
        self.loadDuration = loadDuration
        self.warmUpDuration = warmUpDuration
        self.warmUpLatency = warmUpLatency
    }
}

/// What one call of a model costs: the median of a few runs at load, on a warm cache. Nil: the
/// model does not answer that way.
package struct WarmUpLatency: Sendable, Equatable {
    /// ``Artifact/score(_:)`` of one row.
    package var score: Duration?
    /// ``Artifact/explain(_:)`` of one row.
    package var explain: Duration?
    /// ``Artifact/run(_:)`` on a batch of one.
    package var tensors: Duration?
    /// What each further row adds to ``tensors``. Nil unless rows were seen to be independent: each
    /// answered in a batch as it is alone, bit for bit.
    package var perRow: Duration?

    package init(
        score: Duration? = nil, explain: Duration? = nil, tensors: Duration? = nil,
        perRow: Duration? = nil
    ) {
        self.score = score
        self.explain = explain
        self.tensors = tensors
        self.perRow = perRow
    }

    /// The dearest way to call it, which decides whether it may run on an event loop.
    package var slowest: Duration { max(score ?? .zero, explain ?? .zero, tensors ?? .zero) }
}
