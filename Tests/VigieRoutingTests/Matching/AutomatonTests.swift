import TestRandom
import Testing

@testable import VigieRouting

@Suite struct AutomatonTests {
    @Test(
        arguments: [
            ("abc", ["abc"], ["", "ab", "abcd", "xabc"]),
            ("^abc$", ["abc"], ["abcd"]),
            ("", [""], ["a"]),
            ("a*", ["", "a", "aaaa"], ["b", "ab"]),
            ("a+", ["a", "aa"], ["", "ba"]),
            ("colou?r", ["color", "colour"], ["colouur"]),
            ("a|bc|", ["a", "bc", ""], ["abc", "b"]),
            ("x(a|b)*y", ["xy", "xabby"], ["xa", "xcy"]),
            ("(?:ab){2,3}", ["abab", "ababab"], ["ab", "abababab"]),
            ("a{2}", ["aa"], ["a", "aaa"]),
            ("a{2,}", ["aa", "aaaaa"], ["a"]),
            ("[a-c]x[^0-9]", ["axz", "cx-"], ["dxz", "ax5"]),
            ("[]a-]+", ["]a-"], ["b"]),
            (#"\d+\.\d\d"#, ["12.50"], ["12x50", "12.5"]),
            (#"\w+@\w+\.com"#, ["a_1@bank.com"], ["a@b.org"]),
            (#"\S+\s\S+"#, ["a b"], ["a  b", "ab"]),
            (#"\x41\\"#, [#"A\"#], ["A"]),
            ("(?i)Beta-[a-f]", ["beta-A", "BETA-f"], ["beta-g"]),
            (".*", ["", "anything at all"], []),
            ("münchen", ["münchen"], ["munchen"]),
            ("(a*)*b", ["b", "aaab"], ["a"]),
        ] as [(String, [String], [String])])
    func a_pattern_matches_whole_values(
        pattern: String, matching: [String], others: [String]
    ) throws {
        let automaton = try Automaton(pattern)
        for value in matching { #expect(automaton.matches(Array(value.utf8)), "\(value)") }
        for value in others { #expect(!automaton.matches(Array(value.utf8)), "\(value)") }
    }

    @Test(arguments: [
        ("(", 0), ("a)", 1), ("*a", 0), ("a**", 2), ("a*?", 2), ("[a", 0), ("[z-a]", 1),
        (#"\"#, 0), (#"(a)\1"#, 3), ("(?=a)", 0), ("(?<n>a)", 0), ("a{3,2}", 1), ("a{256}", 1),
        ("a{x}", 1), ("a^b", 1), ("a$b", 1), (#"\q"#, 0), (#"\xG0"#, 0), ("[[:alpha:]]", 1),
        ("[é]", 1), (String(repeating: "(", count: 33), 32),
    ])
    func what_is_no_pattern_is_refused_with_its_place(pattern: String, offset: Int) {
        let error = #expect(throws: PatternError.self) { try Automaton(pattern) }
        #expect(error?.offset == offset)
        #expect(error?.problem.isEmpty == false)
    }

    /// What takes backtracking matchers minutes, or their machine's memory.
    @Test(arguments: [
        "(a+)+b", "(a|a)*b", "(a|aa)+b", "([a-z]+)*1", "(.*)*x", "(((a*)*)*)*b",
        "(a?){30}a{30}", "(x+x+)+y",
    ])
    func patterns_that_explode_elsewhere_look_at_each_byte_once(pattern: String) throws {
        let automaton = try Automaton(pattern)
        let value = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
        #expect(!automaton.matches(value) || pattern == "(a?){30}a{30}")
    }

    @Test(arguments: [
        "(a|b)*a(a|b){12}", ".*a.{20}b.{20}", "((a{255}){255}){255}",
        "((((){255}){255}){255}){255}a",
        "(((.{99}|x){99}|y){99}|z){99}", "([a-z]*[0-9]*){200}[a-z]{200}",
    ])
    func hostile_patterns_are_taken_or_refused_soon(pattern: String) {
        do throws(PatternError) {
            let automaton = try Automaton(pattern)
            #expect(automaton.next.count <= Automaton.statesMax * automaton.classCount)
        } catch {
            #expect(error.problem.contains("too"))
        }
    }

    /// Random patterns over two letters against a matcher that simply tries everything.
    @Test func it_agrees_with_a_matcher_that_tries_everything() throws {
        var random = SplitMix(seed: 20_261_126)
        for round in 0..<400 {
            let pattern = Self.randomPattern(&random, depth: 3)
            let automaton = try Automaton(pattern)
            let syntax = try PatternReader.read(pattern)
            for value in Self.values {
                let expected = Self.ends(syntax, value, [0]).contains(value.count)
                #expect(
                    automaton.matches(value) == expected,
                    "round \(round): '\(pattern)' on \(String(decoding: value, as: UTF8.self))")
            }
        }
    }

    private static let values: [[UInt8]] = (0...5).flatMap { length in
        (0..<1 << length).map { bits in
            (0..<length).map { UInt8(ascii: "a") + UInt8(bits >> $0 & 1) }
        }
    }

    private static func randomPattern(_ random: inout SplitMix, depth: Int) -> String {
        let inner = { (random: inout SplitMix) in randomPattern(&random, depth: depth - 1) }
        switch depth == 0 ? random.next(below: 3) : random.next(below: 9) {
        case 0: return "a"
        case 1: return "b"
        case 2: return "."
        case 3: return inner(&random) + inner(&random)
        case 4: return "(\(inner(&random))|\(inner(&random)))"
        case 5: return "(\(inner(&random)))*"
        case 6: return "(\(inner(&random)))+"
        case 7: return "(\(inner(&random)))?"
        default: return "(\(inner(&random))){1,2}"
        }
    }

    /// Where a match that begins at one of `starts` may end.
    private static func ends(
        _ syntax: PatternSyntax, _ value: [UInt8], _ starts: Set<Int>
    ) -> Set<Int> {
        switch syntax {
        case .empty: return starts
        case .bytes(let set):
            return Set(
                starts.filter { $0 < value.count && set.contains(value[$0]) }.map { $0 + 1 })
        case .sequence(let parts): return parts.reduce(starts) { ends($1, value, $0) }
        case .choice(let branches):
            return branches.reduce(into: []) { $0.formUnion(ends($1, value, starts)) }
        case .repeated(let part, let minimum, let maximum):
            var reached = starts
            for _ in 0..<minimum { reached = ends(part, value, reached) }
            var all = reached
            for _ in 0..<(maximum.map { $0 - minimum } ?? value.count + 1) {
                reached = ends(part, value, reached)
                all.formUnion(reached)
            }
            return all
        }
    }
}
