import ArgumentParser
import VigieRegistry

struct ModelsDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what is different between two versions of a model.",
        discussion: """
            Features, metrics and settings; how both score the same made-up rows, drawn from the \
            training data's distributions where the manifest has them; and the records of a \
            watchlist, rules or a pipeline, by id: entries of a list, rules, bands, steps.
            """)

    @OptionGroup var options: ModelsOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The model.") var model: String
    @Argument(help: "The older version.") var from: Int
    @Argument(help: "The newer version.") var to: Int

    func run() throws {
        let diff = try ModelsDiff(try options.loader(), name: model, from: from, to: to)
        try output.write(diff.text, diff.json)
    }
}
