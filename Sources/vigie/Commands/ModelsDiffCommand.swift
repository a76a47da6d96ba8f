import ArgumentParser
import VigieRegistry

struct ModelsDiffCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract:
            "Show what is different between two versions of a watchlist, rules or a pipeline.",
        discussion: "Records are compared by id: entries of a list, rules, bands, steps.")

    @OptionGroup var options: ModelsOptions
    @Argument(help: "The model.") var model: String
    @Argument(help: "The older version.") var from: Int
    @Argument(help: "The newer version.") var to: Int
    @Option(
        name: [.customShort("o"), .long],
        help: .init("text or json.", valueName: "format"))
    var output = Format.text

    func run() throws {
        let diff = try ModelsDiff(
            VersionLoader(options.source), name: model, from: from, to: to)
        StandardStream.output.write(output == .json ? diff.json : diff.text)
    }
}
