import ArgumentParser
import VigieTelemetry

/// What the pod says of itself and of its calls.
struct LogOptions: ParsableArguments {
    @Option(
        help: .init(
            "Least weighty lines that are written; can be changed while the pod runs.",
            valueName: "level"))
    var logLevel = LogLevel.info

    @Option(help: .init("Lines for people, or JSON in Elastic Common Schema.", valueName: "format"))
    var logFormat = LogFormat.text

    @Option(
        help: .init(
            "Where lines go: stderr, stdout, or a file, which SIGHUP opens anew.",
            valueName: "place"))
    var logFile = "stderr"

    @Flag(inversion: .prefixedNo, help: "One line for every call that ends.")
    var accessLog = false

    @Option(
        help: .init(
            "Share of calls in the access log, 0 to 1; those that fail are all there.",
            valueName: "share"))
    var accessLogSample = 1.0

    @Option(
        help: .init(
            "Calls that take this long are told of, with where the time went; 0: none.",
            valueName: "time"))
    var slowRequest = TimeSpan(.zero)

    func validate() throws {
        guard (0...1).contains(accessLogSample) else {
            throw ValidationError("--access-log-sample is \(accessLogSample); it must be 0 to 1.")
        }
        guard !logFile.isEmpty else {
            throw ValidationError("--log-file is empty; it must be stderr, stdout or a file.")
        }
    }
}

extension LogLevel: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
