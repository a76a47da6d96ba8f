import ArgumentParser
import VigieCommandLine
import VigieLoad

/// When requests are sent.
struct ArrivalOptions: ParsableArguments {
    @Option(
        help: .init(
            "Requests a second, evenly: an open loop. Default, when nothing else is given: 100.",
            valueName: "rate"))
    var rate: RequestRate?

    @Option(help: .init("From one rate to another over the duration.", valueName: "from..to"))
    var ramp: String?

    @Option(
        help: .init(
            "Rates with commas, each for an equal part of the duration.", valueName: "rates"))
    var steps: String?

    @Option(
        help: .init(
            "A rate, and another for some time: 500:5000:40%:20% or with times.",
            valueName: "base:peak[:start:length]"))
    var spike: String?

    @Option(
        help: .init(
            "Requests and times of a file of JSON lines, as --record or 'vigie decisions find -o json' writes them.",
            valueName: "file"))
    var replay: String?

    @Option(help: .init("How much faster than recorded.", valueName: "factor"))
    var speed = 1.0

    @Flag(
        inversion: .prefixedNo,
        help: "A closed loop: each stream sends when its last answer is there. For saturation only."
    )
    var closed = false

    @Flag(
        inversion: .prefixedNo,
        help: "Random arrivals, independent of each other, instead of even ones.")
    var poisson = false

    @Option(help: .init("Of everything that is random.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: .init("How long requests are sent.", valueName: "time"))
    var duration: TimeSpan?

    @Option(help: .init("How long answers are waited for at the end.", valueName: "time"))
    var drain = TimeSpan(.seconds(10))

    /// Without ``duration``.
    static let durationDefault = 10.0
    /// No run is longer: whoever wants more starts another.
    static let durationMax = 24 * 3600.0

    func validate() throws {
        let patterns = [
            ("--rate", rate != nil), ("--ramp", ramp != nil), ("--steps", steps != nil),
            ("--spike", spike != nil), ("--replay", replay != nil), ("--closed", closed),
        ].filter(\.1).map(\.0)
        guard patterns.count <= 1 else {
            throw ValidationError(
                "\(patterns.joined(separator: " and ")) exclude each other: give one.")
        }
        if let duration, duration.seconds <= 0 || duration.seconds > Self.durationMax {
            throw ValidationError("--duration must be over 0 and at most 24h.")
        }
        guard speed > 0, speed.isFinite, speed <= 1000 else {
            throw ValidationError("--speed is \(speed); it must be over 0 and at most 1000.")
        }
        if poisson, closed || replay != nil {
            throw ValidationError("--poisson goes with a rate only.")
        }
    }

    var seconds: Double { duration?.seconds ?? Self.durationDefault }

    /// The rate over time; nil for a closed loop and a replay.
    func profile() throws(LoadError) -> RateProfile? {
        if closed || replay != nil { return nil }
        if let ramp { return try RateText.ramp(ramp, seconds: seconds) }
        if let steps { return try RateText.steps(steps, seconds: seconds) }
        if let spike { return try RateText.spike(spike, seconds: seconds) }
        return .constant(rate?.perSecond ?? 100, seconds: seconds)
    }

    var spacing: ArrivalSchedule.Spacing { poisson ? .poisson(seed: seed) : .even }
}
