import ArgumentParser
import VigieCommandLine

/// What the pod tells on its admin port, and to whom.
struct TelemetryOptions: ParsableArguments {
    @Option(
        help: .init(
            "File with a token of 16 characters or more that /metrics and all other admin pages but probes ask for.",
            valueName: "file"))
    var adminTokenFile: String?

    @Option(
        help: .init(
            "Time series that /metrics shows; what is beyond is left out and counted.",
            valueName: "n"))
    var maxMetricSeries = 100_000

    @Option(
        help: .init(
            "Over how long scores and features are kept, to measure their drift from a manifest's reference; 0s keeps none.",
            valueName: "time"))
    var driftWindow = TimeSpan(.seconds(600))

    func validate() throws {
        guard driftWindow.duration <= .seconds(7 * 86_400) else {
            throw ValidationError("--drift-window must be at most 168h.")
        }
        guard (100...10_000_000).contains(maxMetricSeries) else {
            throw ValidationError(
                "--max-metric-series is \(maxMetricSeries); it must be 100 to 10000000.")
        }
    }
}
