import ArgumentParser
import VigieRegistry

struct ModelsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List models and their versions, from their manifests alone."
    )

    @OptionGroup var options: ModelsOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "Only this model.") var model: String?

    func run() throws {
        let list = try ModelsList(try options.source(), name: model)
        try output.write(list.text, list.json)
    }
}

struct ModelsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what a version's manifest says.",
        aliases: ["inspect"])

    @OptionGroup var options: ModelsOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The model.") var model: String
    @Argument(help: "The version (default: the newest).") var version: Int?

    func run() throws {
        let show = try ModelsShow(try options.source(), name: model, version: version)
        try output.write(show.text, show.json)
    }
}

struct ModelsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Load versions as a pod would, digests, signatures and warm-up included.",
        discussion: "Ends with status 1 when one of them would not be served.")

    @OptionGroup var options: ModelsOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var trust: TrustOptions
    @Argument(help: "Only this model.") var model: String?
    @Argument(help: "Only this version of it.") var version: Int?

    func run() throws {
        let loader = try options.loader(trust: TrustHolder(try trust.policy()))
        let verify = try ModelsVerify(loader, name: model, version: version)
        try output.write(verify.text, verify.json)
        if !verify.isSound { throw ExitCode.failure }
    }
}
