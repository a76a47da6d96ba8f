import VigieEngine
import Yams

/// JSON values as YAML text.
package enum YAMLText {
    /// A document in block style, its fields in their order.
    package static func block(_ value: JSONValue) -> String {
        // Nodes of scalars, lists and mappings are all that can be written.
        (try? serialize(node: node(value))) ?? JSONWriter.text(value)
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

    /// In flow style, on one line: `{version: 43}`.
    package static func flow(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): JSONWriter.number(number)
        case .string(let text): scalar(text)
        case .object(let object):
            "{"
                + object.members.map { "\(scalar($0.key)): \(flow($0.value))" }
                .joined(separator: ", ") + "}"
        case .array, .numbers, .packed:
            "[" + (value.array ?? []).map(flow).joined(separator: ", ") + "]"
        }
    }

    /// Quoted as JSON is, which is YAML too, where plain text would not be safe.
    static func scalar(_ text: String) -> String {
        let isSafe = text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
                    || "-_./".unicodeScalars.contains($0))
        }
        return isSafe && isPlain(text) ? text : JSONWriter.string(text)
    }

    /// Whether YAML takes the text for a text without quotes.
    private static func isPlain(_ text: String) -> Bool {
        text.first?.isLetter == true
            && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
                .contains(text.lowercased())
    }
}
