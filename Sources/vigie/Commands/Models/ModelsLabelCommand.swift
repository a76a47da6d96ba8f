import ArgumentParser
import VigieRegistry

/// `vigie models label`: movable names of versions.
struct ModelsLabelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label",
        abstract: "Movable names of versions, such as champion: set, remove and list them.",
        discussion: """
            Callers ask for a labelled version by '@champion' in the place of its number. Pods move a \
            label once its new version is loaded. In MLflow, labels are aliases.
            """,
        subcommands: [List.self, Set.self, Remove.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List labels.")
        @OptionGroup var options: ModelsOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Only of this model.") var model: String?

        func run() throws {
            let labels = try ModelsLabel.list(try options.source(), name: model)
            try output.write(ModelsLabel.text(labels), ModelsLabel.json(labels))
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a version a label, which any other version of the model loses.")
        @OptionGroup var options: ModelsOptions
        @Argument(help: "The model.") var model: String
        @Argument(help: "The label.") var label: String
        @Argument(help: "The version.") var version: Int

        func run() throws {
            try ModelsLabel.set(
                try options.source(), try options.address.writer, label: label, of: model,
                to: version)
            StandardStream.output.write("@\(label) of \(model) means version \(version).\n")
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a label.")
        @OptionGroup var options: ModelsOptions
        @Argument(help: "The model.") var model: String
        @Argument(help: "The label.") var label: String

        func run() throws {
            try ModelsLabel.set(
                try options.source(), try options.address.writer, label: label, of: model, to: nil)
            StandardStream.output.write("\(model) has no label @\(label) any more.\n")
        }
    }
}
