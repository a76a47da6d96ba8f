import ArgumentParser

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

    func validate() throws {
        guard (100...10_000_000).contains(maxMetricSeries) else {
            throw ValidationError(
                "--max-metric-series is \(maxMetricSeries); it must be 100 to 10000000.")
        }
    }
}
