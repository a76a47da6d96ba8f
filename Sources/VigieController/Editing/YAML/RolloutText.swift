import VigieEngine
import VigieRollouts
import VigieRouting
import Yams

/// A YAML file of rollouts in which one of them is changed: only the lines of the fields concerned, so
/// that all else stays as people wrote it, comments too. Where the lines do not allow that (a document
/// in flow style, anchors) the document is written anew, and that is said.
package struct RolloutText: Sendable {
    package private(set) var text: String
    /// Whether the document was written anew, without its comments.
    package private(set) var isRewritten = false
    private let name: String

    /// - Parameter name: of the rollout that is meant.
    package init(_ text: String, rollout name: String) {
        self.text = text
        self.name = name
    }

    /// - Throws: with every field that would be wrong then; the text is as it was.
    package mutating func apply(_ changes: [FieldChange]) throws(EditRefusal) {
        let before = try Self.documents(text)
        guard let place = before.firstIndex(where: { Self.name($0.content) == name }) else {
            throw EditRefusal("there is no rollout '\(name)' any more")
        }
        let wanted = before[place].content.applying(changes)
        let rollout = try Self.check(wanted)
        var edited = text
        for change in changes {
            guard let next = Self.changing(edited, name, change) else {
                edited = ""
                break
            }
            edited = next
        }
        if Self.says(edited, before, at: place, rollout) {
            text = edited
        } else {
            var lines = YAMLLines(text)
            lines.replace(
                lines.document(around: before[place].line - 1), with: YAMLText.block(wanted))
            text = lines.text
            isRewritten = true
        }
    }

    /// Puts another document in the place of this rollout's.
    package mutating func replace(with document: String) throws(EditRefusal) {
        let before = try Self.documents(text)
        guard let old = before.first(where: { Self.name($0.content) == name }) else {
            throw EditRefusal("there is no rollout '\(name)' any more")
        }
        var lines = YAMLLines(text)
        lines.replace(lines.document(around: old.line - 1), with: document)
        text = lines.text
    }

    static func documents(_ text: String) throws(EditRefusal) -> [YAMLDocuments.Document] {
        do throws(YAMLProblem) { return try YAMLDocuments.read(text) } catch {
            throw EditRefusal("line \(error.line ?? 1) \(error.problem)")
        }
    }

    static func name(_ document: JSONValue) -> String? { document["metadata"]?["name"]?.string }

    static func check(_ document: JSONValue) throws(EditRefusal) -> Rollout {
        do throws(RolloutError) { return try Rollout.read(document) } catch {
            throw EditRefusal(error.description)
        }
    }

    /// Whether a text says of this rollout what is wanted, and of the others what it did.
    private static func says(
        _ text: String, _ before: [YAMLDocuments.Document], at place: Int, _ wanted: Rollout
    ) -> Bool {
        guard let after = try? documents(text), after.count == before.count,
            let rollout = try? check(after[place].content), rollout == wanted
        else { return false }
        return before.indices.allSatisfy {
            $0 == place || before[$0].content == after[$0].content
        }
    }
}

extension RolloutText {
    /// An entry of a block mapping: what its lines are replaced with, or nothing.
    private struct Level {
        let mapping: Node.Mapping
        let index: Int

        var key: Node { mapping[index].key }
        var value: Node { mapping[index].value }
        var next: Mark? { index + 1 < mapping.count ? mapping[index + 1].key.mark : nil }

        init?(_ mapping: Node.Mapping, _ key: String) {
            let index = mapping.firstIndex { $0.key.scalar?.string == key }
            guard let index else { return nil }
            self.mapping = mapping
            self.index = index
        }
    }

    /// The text with one change; nil when its lines do not allow it.
    private static func changing(_ text: String, _ name: String, _ change: FieldChange) -> String? {
        guard let root = root(text, name), let content = try? documents(text) else { return nil }
        let wanted = content.first { Self.name($0.content) == name }?.content.applying([change])
        var lines = YAMLLines(text)
        var mapping = root
        var levels: [Level] = []
        for (depth, key) in change.path.enumerated() {
            guard mapping.isBlock else { return nil }
            guard let level = Level(mapping, key) else {
                guard change.value != nil else { return text }
                let path = Array(change.path.prefix(depth + 1))
                return lines.append(key, wanted?[path], to: mapping) ? lines.text : nil
            }
            levels.append(level)
            guard depth + 1 < change.path.count, let inner = level.value.mapping,
                inner.isBlock
            else { break }
            mapping = inner
        }
        var path = Array(change.path.prefix(levels.count))
        // A mapping that would have nothing in it is taken away with its last field.
        while levels.count > 2, isNothing(wanted?[path]), let last = levels.last,
            last.mapping.count == 1
        {
            levels.removeLast()
            path.removeLast()
        }
        guard let level = levels.last else { return nil }
        let value = wanted?[path]
        let isGone = path.count > 1 && isNothing(value)
        return lines.put(level.key, level.value, level.next, isGone ? nil : value)
            ? lines.text : nil
    }

    private static func isNothing(_ value: JSONValue?) -> Bool {
        value.map { $0.object?.count == 0 } ?? true
    }

    private static func root(_ text: String, _ name: String) -> Node.Mapping? {
        guard var nodes = try? compose_all(yaml: text) else { return nil }
        while let node = nodes.next() {
            if node["metadata"]?["name"]?.string == name { return node.mapping }
        }
        return nil
    }
}

extension Node.Mapping {
    /// Whether it has entries and is in block style: it begins where its first key does, while one in
    /// flow style begins with a brace. (Yams 6.2 knows no style of what it has read.)
    fileprivate var isBlock: Bool {
        guard let own = mark, let first = first?.key.mark else { return false }
        return own.line == first.line && own.column == first.column
    }
}

extension YAMLLines {
    /// Replaces an entry of a block mapping, or takes it away.
    fileprivate mutating func put(
        _ key: Node, _ old: Node, _ next: Mark?, _ value: JSONValue?
    ) -> Bool {
        guard let mark = key.mark, let name = key.scalar?.string,
            let range = entry(mark, next: next)
        else { return false }
        guard let value else {
            replace(range, with: "")
            return true
        }
        let comment = range.count == 1 ? old.mark.map(comment(behind:)) ?? "" : ""
        let indent = String(repeating: " ", count: mark.column - 1)
        replace(
            range, with: "\(indent)\(YAMLText.scalar(name)): \(YAMLText.flow(value))\(comment)\n")
        return true
    }

    /// Adds an entry behind the last one of a block mapping.
    fileprivate mutating func append(
        _ key: String, _ value: JSONValue?, to mapping: Node.Mapping
    ) -> Bool {
        guard let value, let last = mapping.keys.reversed().first?.mark,
            let range = entry(last, next: nil)
        else { return false }
        let indent = String(repeating: " ", count: last.column - 1)
        replace(
            range.upperBound..<range.upperBound,
            with: "\(indent)\(YAMLText.scalar(key)): \(YAMLText.flow(value))\n")
        return true
    }
}
