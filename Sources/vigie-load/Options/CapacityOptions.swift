import ArgumentParser
import VigieCommandLine
import VigieLoad

/// The search for capacity.
struct CapacityOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: "Finds the highest rate at which the promise below is kept, and reports the curve.")
    var findCapacity = false

    @Option(
        help: .init(
            "Finds the capacity first, then loads at this multiple of it.", valueName: "factor"))
    var timesCapacity: Double?

    @Option(help: .init("The promise: this percentile …", valueName: "0…100"))
    var sloPercentile = 99.0

    @Option(help: .init("… stays under this …", valueName: "time"))
    var sloLatency = TimeSpan(.milliseconds(10))

    @Option(help: .init("… with at most so many errors.", valueName: "share"))
    var sloErrors = Share(0.001)

    @Option(help: .init("First rate that is tried.", valueName: "rate"))
    var startRate = RequestRate(1000)

    @Option(help: .init("No higher rate is tried.", valueName: "rate"))
    var maxRate = RequestRate(1_000_000)

    @Option(help: .init("How long each rate is tried.", valueName: "time"))
    var probe = TimeSpan(.seconds(3))

    @Option(help: .init("The search ends when the gap is this share.", valueName: "share"))
    var resolution = Share(0.05)

    func validate() throws {
        guard sloPercentile > 0, sloPercentile < 100 else {
            throw ValidationError(
                "--slo-percentile is \(sloPercentile); it lies between 0 and 100.")
        }
        guard probe.seconds >= 0.2, probe.seconds <= 3600 else {
            throw ValidationError("--probe must be 200ms to 1h.")
        }
        guard resolution.value >= 0.005 else {
            throw ValidationError("--resolution must be 0.5% or more.")
        }
        if let timesCapacity, timesCapacity <= 0 || timesCapacity > 100 {
            throw ValidationError("--times-capacity must be over 0 and at most 100.")
        }
    }

    var promise: CapacitySearch.Promise {
        CapacitySearch.Promise(
            percentile: sloPercentile, latencyMax: sloLatency.seconds * 1e9,
            errorsMax: sloErrors.value)
    }
}
