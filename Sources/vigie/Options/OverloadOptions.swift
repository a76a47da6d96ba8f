import ArgumentParser
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

    @Flag(help: "Turn no call away for the load alone; the hard limits below remain.")
    var noLoadShedding = false

    func validate() throws {
        guard (1.5...1000).contains(overloadTolerance) else {
            throw ValidationError(
                "--overload-tolerance is \(overloadTolerance); it must be 1.5 to 1000.")
        }
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
