import ArgumentParser
import Glibc
import VigieLoad

/// The load generator.
@main
struct VigieLoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vigie-load",
        abstract: "Asks a gRPC model server at set times, and tells how it answered.",
        discussion: """
            Latency counts from the time when a request should have been sent, so that a server that \
            stalls cannot hide it. Every answer is checked. Exit code: 0 when every threshold holds, 1 when \
            one does not or an answer is wrong, 2 when the run cannot be made, 3 when the generator itself \
            could not keep up, 64 for wrong usage. loadtest/README.md tells more.
            """,
        subcommands: [RunCommand.self, CompareCommand.self], defaultSubcommand: RunCommand.self)

    static func main() {
        var sources = SettingSources(arguments: Array(CommandLine.arguments.dropFirst()))
        do {
            try sources.look()
            var command = try sources.parse(parseAsRoot)
            try command.run()
        } catch let error as LoadError {
            Terminal.error("vigie-load: \(error.description)\n")
            exit(withError: ExitCode(2))
        } catch {
            exit(withError: error)
        }
    }
}
