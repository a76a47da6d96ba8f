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
            looks into a registry, checks it and adds to it.
            """,
        version: Build.version,
        subcommands: [ServeCommand.self, ModelsCommand.self])

    static func main() {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            var command = try parseAsRoot(SettingSources.completed(arguments))
            try command.run()
        } catch {
            exit(withError: error)
        }
    }
}
