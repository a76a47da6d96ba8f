import ArgumentParser
import VigieRegistry

/// `vigie models`: looks into a registry, checks it, and adds to it. Works on the registry alone; no
/// pod needs to run, and those that do take up what is added by themselves.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Look into a registry of models, check it, and add to it.",
        discussion: """
            The registry is a folder, s3://bucket/prefix?endpoint=… or mlflow+http://host:port. Ends \
            with status 0 when all is well, 1 when something is not (a version does not load, a name \
            is unknown), and 64 when the command line is wrong.
            """,
        subcommands: [
            ModelsListCommand.self, ModelsShowCommand.self, ModelsVerifyCommand.self,
            ModelsAddCommand.self, ModelsPublishCommand.self, ModelsDiffCommand.self,
            ModelsLabelCommand.self, ModelsSignCommand.self, ModelsKeygenCommand.self,
        ],
        defaultSubcommand: ModelsListCommand.self)
}
