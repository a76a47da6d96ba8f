import ArgumentParser

/// The one executable: the pod, and the tools of the people who run it.
@main
struct Vigie: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vigie",
        abstract: "Serves a bank's scoring models over gRPC.",
        discussion: """
            'vigie serve' is a pod: it loads the models of a registry folder and answers the Open \
            Inference Protocol v2, vigie.v1.CreditScoring, gRPC health and reflection. 'vigie models' \
            looks into a registry, checks it and adds to it; 'vigie rollout' says which version answers \
            whom; 'vigie decisions' looks into the log of what was decided.
            """,
        subcommands: [
            ServeCommand.self, ControllerCommand.self, ModelsCommand.self, RolloutCommand.self,
            DecisionsCommand.self, SleepCommand.self,
        ])

    // Not the parser's own, which every subcommand would take: 'vigie models publish DIR --version 12'
    // would show this program's version, succeed, and publish nothing.
    @Flag(name: .customLong("version"), help: "Show the version.")
    var showsVersion = false

    func run() throws {
        guard showsVersion else { throw CleanExit.helpRequest(self) }
        print(Build.version)
    }

    static func main() {
        var sources = SettingSources(arguments: Array(CommandLine.arguments.dropFirst()))
        do {
            // The parser lets what stands before a subcommand stand behind it, too.
            if CommandLine.arguments.dropFirst(2).prefix(while: { $0 != "--" }).contains(
                "--version")
            {
                throw ValidationError(
                    "Unknown option '--version': 'vigie --version' shows the program's.")
            }
            try sources.look()
            var command = try sources.parse(parseAsRoot)
            try command.run()
        } catch let failure as StartFailure {
            // What cannot be started is said in one line, without the usage text: EX_CONFIG.
            StandardStream.error.write("\(sources.name): \(sources.naming(failure))\n")
            exit(withError: ExitCode(78))
        } catch {
            exit(withError: error)
        }
    }
}
