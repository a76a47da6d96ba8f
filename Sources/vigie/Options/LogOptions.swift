import ArgumentParser
import VigieCommandLine
import VigieTelemetry

/// What the pod says of itself and of its calls.
struct LogOptions: ParsableArguments {
    @OptionGroup var lines: LogLineOptions

    var logLevel: LogLevel { lines.logLevel }
    var logFormat: LogFormat { lines.logFormat }
    var logFile: String { lines.logFile }

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
    }
}

extension LogLevel: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
