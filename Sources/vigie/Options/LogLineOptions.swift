import ArgumentParser
import VigieTelemetry

/// Which lines a process writes of itself, how, and where to.
struct LogLineOptions: ParsableArguments {
    @Option(
        help: .init(
            "Least weighty lines that are written; can be changed while the process runs.",
            valueName: "level"))
    var logLevel = LogLevel.info

    @Option(help: .init("Lines for people, or JSON in Elastic Common Schema.", valueName: "format"))
    var logFormat = LogFormat.text

    @Option(
        help: .init(
            "Where lines go: stderr, stdout, or a file, which SIGHUP opens anew.",
            valueName: "place"))
    var logFile = "stderr"

    func validate() throws {
        guard !logFile.isEmpty else {
            throw ValidationError("--log-file is empty; it must be stderr, stdout or a file.")
        }
    }
}
