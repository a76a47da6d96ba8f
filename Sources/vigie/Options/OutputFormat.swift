import ArgumentParser
import VigieEngine
import Yams

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
        case .yaml: StandardStream.output.write(try serialize(node: Self.node(json)))
        }
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .bool(let flag): Node(flag ? "true" : "false", Tag(.bool))
        case .number(let number): Node(JSONWriter.number(number), Tag(.float))
        case .string(let text): Node(text, Tag(.str), isPlain(text) ? .any : .doubleQuoted)
        case .object(let object):
            Node(object.members.map { (Node($0.key), node($0.value)) })
        case .array, .numbers, .packed: Node((value.array ?? []).map(node))
        }
    }

    /// Whether YAML takes the text for a text without quotes.
    private static func isPlain(_ text: String) -> Bool {
        text.first?.isLetter == true
            && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
                .contains(text.lowercased())
    }
}
