import ArgumentParser
import VigieCommandLine
import VigieRPC

/// When calls are turned away because they could not be answered soon.
struct OverloadOptions: ParsableArguments {
    private static let defaults = ConcurrencyLimit.Options()

    @Option(
        help: .init(
            "Mean time from a call's arrival to its answer that is never too long, however cheap the call is.",
            valueName: "time"))
    var overloadLatency = TimeSpan(.nanoseconds(Int64(OverloadOptions.defaults.floor)))

    @Option(
        help: .init(
            "Above that, calls are turned away when they take so many times what computing them takes.",
            valueName: "n"))
    var overloadTolerance = OverloadOptions.defaults.tolerance

    @Option(
        help: .init(
            "Shortest interval at which a client is told of the pod's load (ORCA, StreamCoreMetrics).",
            valueName: "time"))
    var loadReportInterval = TimeSpan(.seconds(1))

    @Flag(help: "Tell of the pod's load in the trailers of every answer (ORCA).")
    var loadReportTrailers = false

    @Flag(help: "Turn no call away for the load alone; the hard limits below remain.")
    var noLoadShedding = false

    func validate() throws {
        guard loadReportInterval.duration >= .milliseconds(10) else {
            throw ValidationError("--load-report-interval must be at least 10ms.")
        }
        guard (1.5...1000).contains(overloadTolerance) else {
            throw ValidationError(
                "--overload-tolerance is \(overloadTolerance); it must be 1.5 to 1000.")
        }
    }

    /// Tells clients how busy the pod is, as far as that is asked for.
    func reportLoad(_ load: PodLoad, on handler: RPCHandler, _ health: HealthRegistry) {
        LoadService.install(
            on: handler, load, shortest: loadReportInterval.duration, until: health)
        if loadReportTrailers { handler.reportLoad(load) }
    }

    /// Nil takes on whatever comes.
    ///
    /// - Parameter most: calls at once, at the most.
    func concurrency(most: Int) -> ConcurrencyLimit.Options? {
        guard !noLoadShedding else { return nil }
        var options = ConcurrencyLimit.Options()
        options.floor = overloadLatency.duration.clampedNanoseconds
        options.tolerance = overloadTolerance
        options.maximum = Double(max(most, 1))
        options.minimum = min(options.minimum, options.maximum)
        return options
    }
}
