import ArgumentParser
import VigieController
import VigieEngine

/// How a command prints what it found: for people, or for programs.
struct OutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, yaml }

    @Option(
        name: [.customShort("o"), .long],
        help: .init("text, json or yaml.", valueName: "format"))
    var output = Format.text

    func write(_ text: String, _ json: JSONValue) throws {
        switch output {
        case .text: StandardStream.output.write(text)
        case .json: StandardStream.output.write(JSONWriter.text(json))
        case .yaml: StandardStream.output.write(YAMLText.block(json))
        }
    }
}
