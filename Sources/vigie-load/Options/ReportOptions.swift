import ArgumentParser
import VigieCommandLine
import VigieLoad

/// What is demanded of the run, and what is told of it.
struct ReportOptions: ParsableArguments {
    @Option(
        help: .init(
            "A demand; once for each: 'p99<2ms', 'errors<0.1%', 'rate>=5000', 'p99{version=2}<5ms', 'raw.p50<1ms', 'errors{status=UNAVAILABLE}==0'. 'wrong==0' is always one.",
            valueName: "demand"))
    var threshold: [String] = []

    @Option(
        help: .init(
            "The run fails when the generator itself was later than this at its p99; 0 turns that off.",
            valueName: "time"))
    var lagMax = TimeSpan(.milliseconds(20))

    @Option(help: .init("Report as JSON.", valueName: "file"))
    var json: String?

    @Option(help: .init("Report as one HTML page with plots.", valueName: "file"))
    var html: String?

    @Option(
        help: .init(
            "Writes what would be sent, with times, to be replayed, and sends nothing.",
            valueName: "file"))
    var record: String?

    @Option(help: .init("Time between lines while it runs.", valueName: "time"))
    var interval = TimeSpan(.seconds(1))

    @Flag(inversion: .prefixedNo, help: "Only the report at the end.")
    var quiet = false

    @Option(
        help: .init(
            "A command that is run at that time (or share of the duration), once for each: '50%:make publish'.",
            valueName: "when:command"))
    var hook: [String] = []

    func validate() throws {
        guard interval.seconds >= 0.05, interval.seconds <= 3600 else {
            throw ValidationError("--interval must be 50ms to 1h.")
        }
    }

    /// The demands; that no answer is wrong is one, unless another speaks of it.
    func thresholds() throws(LoadError) -> [Threshold] {
        var all: [Threshold] = []
        for text in threshold { all.append(try Threshold(text)) }
        if !all.contains(where: { $0.metric == .wrong }) { all.append(try Threshold("wrong==0")) }
        return all
    }
}
