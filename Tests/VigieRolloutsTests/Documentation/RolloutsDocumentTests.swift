import Foundation
import Testing
import VigieEngine

@testable import VigieRollouts

/// ROLLOUTS.md tells every field, source, phase, reason and condition, from the code itself.
struct RolloutsDocumentTests {
    private static let mark = "<!-- Below: made by "
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Sources/VigieRollouts/ROLLOUTS.md").standardized

    private func table(_ header: [String], _ rows: [[String]]) -> String {
        let lines =
            [header, header.map { _ in "---" }]
            + rows.map { row in
                row.map { $0.replacing("|", with: "\\|") }
            }
        return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
            + "\n"
    }

    private func code(_ text: String) -> String { "`\(text)`" }

    private var tables: String {
        var text = "\n## Fields\n"
        for object in RolloutSchema.objects {
            text += "\n### `\(object.path)`\n\n"
            text += table(
                ["field", "type", "default", "meaning"],
                object.fields.map { [code($0.name), $0.type, $0.fallback, $0.meaning] })
        }
        text += "\n## Sources of an analysis\n\nThe number is\n\n"
        text += table(
            ["source", "the number"],
            AnalysisSource.allCases.map { [code($0.rawValue), $0.meaning] })
        text += "\n## Phases\n\n"
        text += table(
            ["`status.phase`", "meaning"],
            RolloutPhase.allCases.map { [code($0.rawValue), $0.meaning] })
        text += "\n## Reasons\n\nOf `status.reason`, of conditions and of events.\n\n"
        text += table(
            ["reason", "meaning"],
            RolloutReason.allCases.map { [code($0.rawValue), $0.meaning] })
        text += "\n## Conditions\n\n`kubectl wait --for=condition=Promoted mro/NAME`\n\n"
        text += table(
            ["condition", "true when"],
            RolloutCondition.Kind.allCases.map { [code($0.rawValue), $0.meaning] })
        return text
    }

    @Test func the_tables_are_those_of_the_code() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let parts = text.split(separator: Self.mark, maxSplits: 1)
        let line = try #require(parts.last?.prefix { $0 != "\n" })
        let wanted = "\(parts[0])\(Self.mark)\(line)\n\(tables)"
        if ProcessInfo.processInfo.environment["VIGIE_WRITE_DOCS"] != nil {
            try wanted.write(to: Self.file, atomically: true, encoding: .utf8)
        } else {
            #expect(text == wanted, "run it with VIGIE_WRITE_DOCS=1 to write the tables anew")
        }
    }

    @Test func the_defaults_that_the_tables_name_are_those_of_the_reader() throws {
        // A specification that says every default is the one that says none.
        var checked = 0
        for object in RolloutSchema.objects {
            for field in object.fields where Self.isJSON(field.fallback) {
                let spec = try Self.spec(object.path, field.name, field.fallback)
                let told = try #require(spec, "\(object.path).\(field.name)")
                #expect(told.with == told.without, "\(object.path).\(field.name)")
                checked += 1
            }
        }
        #expect(checked > 20)
    }

    private static func isJSON(_ text: String) -> Bool {
        !text.isEmpty && text != "required" && !text.contains(" ")
    }

    /// A specification with and without one field, whose value is the text of the table.
    private static func spec(_ path: String, _ field: String, _ value: String) throws
        -> (with: RolloutSpec, without: RolloutSpec)?
    {
        let isPlain = Double(value) != nil || value == "true" || value == "false"
        let member = "\"\(field)\": " + (isPlain ? value : "\"\(value)\"")
        func read(_ member: String) throws -> RolloutSpec {
            let comma = member.isEmpty ? "" : ", "
            let base = #""model": "m", "stable": {"version": 1}"#
            let text: String? =
                switch path {
                case "spec": "{\(base)\(comma)\(member)}"
                case "spec.approvals": #"{\#(base), "approvals": {\#(member)}}"#
                case "spec.shadows[]":
                    #"{\#(base), "shadows": [{"version": 2\#(comma)\#(member)}]}"#
                case "spec.shadows[].compare":
                    #"{\#(base), "shadows": [{"version": 2, "compare": {\#(member)}}]}"#
                case "spec.strategy": #"{\#(base), "strategy": {\#(member)}}"#
                case "spec.strategy.guard": #"{\#(base), "strategy": {"guard": {\#(member)}}}"#
                case "spec.strategy.steps[]": #"{\#(base), "strategy": {"steps": [{\#(member)}]}}"#
                case "spec.strategy.analysis[]":
                    #"{\#(base), "strategy": {"analysis": [{"name": "a", "source": "flipRateTest", "max": 0.5\#(comma)\#(member)}]}}"#
                default: nil
                }
            return try Samples.rollout(#require(text)).spec
        }
        return (try read(member), try read(""))
    }

    @Test func the_example_is_one() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        // Its fields are in the tables: YAML is read by the program above.
        let example = try #require(
            text.split(separator: "```yaml").last?.split(separator: "```").first)
        for line in example.split(separator: "\n").dropFirst(8) {
            for word in line.split(whereSeparator: { !$0.isLetter && $0 != ":" })
            where word.hasSuffix(":") && word.count > 1 {
                let name = String(word.dropLast())
                let isKnown = RolloutSchema.objects.contains { $0.contains(name) }
                #expect(isKnown, "\(name)")
            }
        }
    }
}
