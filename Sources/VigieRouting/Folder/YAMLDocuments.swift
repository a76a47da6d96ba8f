import VigieEngine
import VigieRollouts
import Yams

/// The documents of a YAML file as JSON values, with the lines on which their fields stand.
package enum YAMLDocuments {
    /// Values of one file, aliases spelt out: ours have some hundreds.
    static let nodesMax = 100_000

    package struct Document {
        package let content: JSONValue
        /// Where the document begins.
        package let line: Int
        /// By path, as errors name it: "spec.shadows[0].percent".
        package let lines: [String: Int]
    }

    /// Documents that hold nothing are left out.
    /// - Throws: what is no YAML, or cannot be JSON, with its line.
    package static func read(_ text: String) throws(YAMLProblem) -> [Document] {
        var nodes: [Node] = []
        do {
            // A mark of the byte order may stand before all else (YAML 1.2.2, 5.2).
            let body =
                text.unicodeScalars.first == "\u{FEFF}"
                ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
            var sequence = try compose_all(yaml: String(body))
            while let node = sequence.next() {
                if node != Node("", Tag(.null)) { nodes.append(node) }
            }
            // The sequence only ends where the text is no YAML any more.
            if let error = sequence.error { throw error }
        } catch {
            throw YAMLProblem(line: line(of: error), problem: "is no valid YAML: \(brief(error))")
        }
        var documents: [Document] = []
        var budget = nodesMax
        for node in nodes {
            var reader = Reader(budget: budget)
            let content = try reader.value(node, "")
            budget = reader.budget
            documents.append(
                Document(content: content, line: node.mark?.line ?? 1, lines: reader.lines))
        }
        return documents
    }

    private static func line(of error: any Error) -> Int? {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            mark.line
        default: nil
        }
    }

    /// The problem without the excerpt that Yams adds.
    private static func brief(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _),
            .composer(_, let problem, _, _):
            problem
        default: "\(error)"
        }
    }

    private struct Reader {
        var budget: Int
        var lines: [String: Int] = [:]

        mutating func value(_ node: Node, _ path: String) throws(YAMLProblem) -> JSONValue {
            budget -= 1
            guard budget > 0 else {
                throw YAMLProblem(
                    line: node.mark?.line, problem: "holds more than \(nodesMax) values")
            }
            if let line = node.mark?.line { lines[path] = line }
            switch node {
            case .scalar(let scalar): return value(scalar, node)
            case .sequence(let sequence):
                var values: [JSONValue] = []
                for (index, element) in sequence.enumerated() {
                    values.append(try value(element, "\(path)[\(index)]"))
                }
                let numbers = values.compactMap(\.double)
                return !numbers.isEmpty && numbers.count == values.count
                    ? .numbers(numbers) : .array(values)
            case .mapping(let mapping):
                var members: [(key: String, value: JSONValue)] = []
                for (key, member) in mapping {
                    guard let name = key.scalar?.string else {
                        throw YAMLProblem(line: key.mark?.line, problem: "a key is no plain text")
                    }
                    let inner = path.isEmpty ? name : "\(path).\(name)"
                    members.append((name, try value(member, inner)))
                    if let line = key.mark?.line { lines[inner] = line }
                }
                guard let object = JSONObject(members) else {
                    throw YAMLProblem(line: node.mark?.line, problem: "a key is there twice")
                }
                return .object(object)
            case .alias: return .null
            }
        }

        private func value(_ scalar: Node.Scalar, _ node: Node) -> JSONValue {
            switch node.tag {
            case Tag(.null): return .null
            case Tag(.bool): return node.bool.map { .bool($0) } ?? .string(scalar.string)
            case Tag(.int):
                return node.int.map { .number(Double($0)) } ?? .string(scalar.string)
            case Tag(.float): return node.float.map { .number($0) } ?? .string(scalar.string)
            default: return .string(scalar.string)
            }
        }
    }
}

/// Why a text is no YAML that can be read.
package struct YAMLProblem: Error, Sendable {
    package let line: Int?
    package let problem: String
}
