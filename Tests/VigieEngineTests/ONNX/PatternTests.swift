import TestRandom
import Testing

@testable import VigieEngine

/// Regular expressions: what RE2 finds with the longest match.
@Suite struct PatternTests {
    private static func words(_ pattern: String, _ text: String) throws -> [String] {
        let tokens = Tokens(kind: .pattern(try Pattern(pattern)), shortest: 1)
        var found: [String] = []
        var read = 0
        let bytes = Array(text.utf8)
        let isText = bytes.withUnsafeBytes { bytes in
            tokens.forEach(bytes, &read) { word in
                found.append(String(decoding: bytes[word], as: UTF8.self))
            }
        }
        #expect(isText)
        return found
    }

    @Test(arguments: [
        ("[a-zA-Z0-9_]+", "my card_2, now!", ["my", "card_2", "now"]),
        (#"\b\w\w+\b"#, "a bc déf", ["bc"]),
        ("foo|foobar|b", "foobar b foo", ["foobar", "b", "foo"]),
        ("[^ ]+", "été à Nîmes", ["été", "à", "Nîmes"]),
        ("[à-ÿ]", "été", ["é", "é"]),
        (".", "a\né", ["a", "é"]),
        ("(?s).", "a\né", ["a", "\n", "é"]),
        ("(?i)ab+", "xABBab", ["ABB", "ab"]),
        ("^a|b$", "aab b", ["a", "b"]),
        ("a{2,3}", "aaaaa", ["aaa", "aa"]),
        ("(?:ab){2}", "ababab", ["abab"]),
        (#"\d+(?:\.\d+)?"#, "1.5 2. 3", ["1.5", "2", "3"]),
        ("[[:alpha:]-]+", "a-b 1", ["a-b"]),
        ("a*", "baac", ["aa"]),
        (#"\x{1F600}|\x41"#, "A😀", ["A", "😀"]),
        (#"\Qa.b\E"#, "a.b axb", ["a.b"]),
        ("a{,2}", "a{,2}", ["a{,2}"]),
    ])
    func words_are_found(_ pattern: String, _ text: String, _ expected: [String]) throws {
        #expect(try Self.words(pattern, text) == expected)
    }

    @Test(arguments: [
        "(", ")", "a)", "[", "[b-a]", "*a", "a**", "\\", "\\p{L}", "(?u)a", "(?=a)", "a{1001}",
        "a{3,2}", "[[:nothing:]]", "\\1", "(?P<n", "\\x{110000}", "(((a{100}){100}){100}){100}",
        String(repeating: "(", count: 100) + String(repeating: ")", count: 100),
        String(repeating: "a", count: 5_000), "(a|b)*a(a|b){30}",
    ])
    func patterns_that_are_wrong_or_too_large_are_refused(_ pattern: String) {
        #expect(throws: PatternError.self) { try Pattern(pattern) }
    }

    /// A walk that tries everything, against the table.
    @Test func random_patterns_match_as_a_textbook_matcher_does() throws {
        let seed: UInt64 = 20_261_125
        var random = SplitMix(seed: seed)
        for round in 0..<400 {
            let (text, node) = Self.random(&random, depth: 3)
            guard let pattern = try? Pattern(text) else { continue }
            for _ in 0..<5 {
                let subject = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    ["a", "b", "é", " "].randomElement(using: &random) ?? "a"
                }.joined()
                let bytes = Array(subject.utf8)
                for start in 0...bytes.count {
                    var read = 0
                    let found = bytes.withUnsafeBytes { pattern.match($0, at: start, &read) }
                    let ends = Self.ends(node, bytes, start)
                    #expect(
                        found == ends.max(),
                        "'\(text)' on '\(subject)' at \(start), seed \(seed), round \(round)")
                }
            }
        }
    }

    private static func random(
        _ random: inout SplitMix, depth: Int
    ) -> (String, PatternNode) {
        func parsed(_ text: String) -> (String, PatternNode) {
            // The parser is not what is tested here.
            (text, (try? PatternParser.parse(text)) ?? .nothing)
        }
        guard depth > 0 else {
            return parsed(
                ["a", "b", "é", ".", "[^a]", "\\b", "^", "$"].randomElement(using: &random) ?? "a")
        }
        let (a, _) = Self.random(&random, depth: depth - 1)
        let (b, _) = Self.random(&random, depth: depth - 1)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return parsed("(?:\(a))*")
        case 1: return parsed("(?:\(a)){1,2}")
        case 2: return parsed("(?:\(a)|\(b))")
        default: return parsed("\(a)\(b)")
        }
    }

    /// Where matches that begin at `start` may end.
    private static func ends(_ node: PatternNode, _ text: [UInt8], _ start: Int) -> Set<Int> {
        func isWord(_ index: Int) -> Bool {
            text.indices.contains(index)
                && CodeSet.word.ranges.contains { $0 ~= UInt32(text[index]) }
        }
        switch node {
        case .nothing: return [start]
        case .set(let set):
            let end = text.withUnsafeBytes { bytes -> Int? in
                guard start < bytes.count, let (code, length) = UTF8Reader.decode(bytes, at: start)
                else { return nil }
                return set.ranges.contains { $0 ~= code } ? start + length : nil
            }
            return end.map { [$0] } ?? []
        case .assertion(let assertion):
            let isBoundary = isWord(start - 1) != isWord(start)
            let holds =
                switch assertion {
                case .start: start == 0
                case .end: start == text.count
                case .wordBoundary: isBoundary
                case .noWordBoundary: !isBoundary
                }
            return holds ? [start] : []
        case .sequence(let items):
            return items.reduce([start]) { starts, item in
                starts.reduce(into: []) { $0.formUnion(ends(item, text, $1)) }
            }
        case .choice(let choices):
            return choices.reduce(into: []) { $0.formUnion(ends($1, text, start)) }
        case .repetition(let item, let least, let most):
            var (found, open): (Set<Int>, Set<Int>) = (least == 0 ? [start] : [], [start])
            for turn in 1...max(most ?? (least + text.count + 1), 1) {
                open = open.reduce(into: []) { $0.formUnion(ends(item, text, $1)) }
                if turn >= least { found.formUnion(open) }
            }
            return found
        }
    }
}
