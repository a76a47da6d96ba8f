import ArgumentParser
import Glibc
import VigieEngine
import VigieRegistry

/// `vigie models`: looks into a registry, checks it, and adds to it. Works on the folder alone; no
/// pod needs to run, and those that do take up what is added by themselves.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Look into a registry of models, check it, and add to it.",
        subcommands: [
            ModelsListCommand.self, ModelsShowCommand.self, ModelsVerifyCommand.self,
            ModelsAddCommand.self, ModelsDiffCommand.self,
        ],
        defaultSubcommand: ModelsListCommand.self)
}

/// Which registry the sub-commands work on.
struct ModelsOptions: ParsableArguments {
    @Option(
        help: .init(
            "The registry: a folder of <model>/<version>/manifest.json (default: $VIGIE_REGISTRY).",
            valueName: "dir"))
    var registry: String?

    func validate() throws {
        guard path != nil else {
            throw ValidationError(
                "Which registry? Give --registry DIR, or set VIGIE_REGISTRY to it.")
        }
    }

    private var path: String? {
        registry ?? getenv("VIGIE_REGISTRY").map { String(cString: $0) }
    }

    /// ``validate()`` has made sure that there is one.
    var source: FolderSource { FolderSource(path ?? ".") }
}

struct ModelsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List models and their versions, from their manifests alone."
    )

    @OptionGroup var options: ModelsOptions
    @Argument(help: "Only this model.") var model: String?

    func run() throws {
        let list = try ModelsList(options.source, name: model)
        StandardStream.output.write(list.text)
    }
}

struct ModelsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what a version's manifest says.")

    @OptionGroup var options: ModelsOptions
    @Argument(help: "The model.") var model: String
    @Argument(help: "The version (default: the newest).") var version: Int?

    func run() throws {
        let show = try ModelsShow(options.source, name: model, version: version)
        StandardStream.output.write(show.text)
    }
}

struct ModelsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Load versions as a pod would, digests and warm-up included.",
        discussion: "Ends with status 1 when one of them would not be served.")

    @OptionGroup var options: ModelsOptions
    @Argument(help: "Only this model.") var model: String?
    @Argument(help: "Only this version of it.") var version: Int?

    func run() throws {
        let loader = VersionLoader(options.source)
        let verify = try ModelsVerify(loader, name: model, version: version)
        StandardStream.output.write(verify.text)
        if !verify.isSound { throw ExitCode.failure }
    }
}
