import VigieTelemetry

/// The rows and scores of one version that one loop has kept for drift. The loop writes, any thread
/// reads. Made when the first row is kept: 8 KB, and 2 KB a feature.
final class DriftSamples: Sendable {
    /// Calibrated scores.
    let scores = SampleRing<1024>()
    /// By feature of the manifest's reference; missing values are NaN.
    let features: [SampleRing<256>]

    init(features: Int) { self.features = (0..<features).map { _ in SampleRing<256>() } }
}
