import Testing
import VigieEngine

@testable import VigieController

/// Files are changed where they must be, and nowhere else.
@Suite struct RolloutTextTests {
    private static let file = """
        # Fraud, of the risk team.
        apiVersion: vigie.dev/v1alpha1
        kind: ModelRollout
        metadata:
          name: fraud   # its name
          annotations:
            vigie.dev/author: ada
        spec:
          model: fraud
          stable: {version: 1}
          # The one on trial.
          canary:
            version: 2  # of May
            digest: "sha256:\(String(repeating: "a", count: 64))"
          routing:
            weight: 100   # by hand

          # How it goes.
          strategy:
            steps:
            - weight: 500
              pause: 1m
        ---
        apiVersion: vigie.dev/v1alpha1
        kind: ModelRollout
        metadata: {name: credit}
        spec: {model: credit, stable: {version: 7}}  # flow

        """

    private func edited(
        _ changes: FieldChange..., rollout: String = "fraud", file: String = file
    ) throws -> RolloutText {
        var text = RolloutText(file, rollout: rollout)
        try text.apply(changes)
        return text
    }

    @Test func a_field_changes_in_its_line_and_keeps_its_comment() throws {
        let text = try edited(FieldChange(["spec", "routing", "weight"], .number(2500)))
        #expect(
            text.text
                == Self.file.replacing("    weight: 100   # by hand", "    weight: 2500  # by hand")
        )
        #expect(!text.isRewritten)
    }

    @Test func a_field_that_is_missing_is_added_behind_its_neighbours() throws {
        let text = try edited(FieldChange(["spec", "suspend"], .bool(true)))
        #expect(
            text.text
                == Self.file.replacing("      pause: 1m\n", "      pause: 1m\n  suspend: true\n"))
        let inner = try edited(
            FieldChange(["metadata", "annotations", "vigie.dev/resume"], .string("1")))
        #expect(
            inner.text
                == Self.file.replacing(
                    "author: ada\n", "author: ada\n    vigie.dev/resume: \"1\"\n"))
    }

    @Test func a_field_goes_with_its_lines_and_what_is_empty_then() throws {
        let text = try edited(
            FieldChange(["spec", "canary", "digest"], nil),
            FieldChange(["spec", "routing", "weight"], nil))
        #expect(!text.isRewritten)
        #expect(!text.text.contains("digest") && !text.text.contains("routing"))
        #expect(text.text.contains("    version: 2  # of May\n"))
        #expect(text.text.contains("  # How it goes.\n  strategy:\n"))
        let gone = try edited(FieldChange(["spec", "canary"], nil))
        #expect(!gone.text.contains("of May") && gone.text.contains("routing:"))
    }

    @Test func a_field_inside_of_flow_style_changes_that_line() throws {
        let text = try edited(FieldChange(["spec", "stable", "version"], .number(3)))
        #expect(text.text == Self.file.replacing("{version: 1}", "{version: 3}"))
    }

    @Test func lists_take_the_place_of_lists() throws {
        let step = JSONValue.object(["weight": .number(1)])
        let text = try edited(FieldChange(["spec", "strategy", "steps"], .array([step])))
        #expect(
            text.text
                == Self.file.replacing(
                    "    steps:\n    - weight: 500\n      pause: 1m\n",
                    "    steps: [{weight: 1}]\n"))
    }

    @Test func a_document_in_flow_style_is_changed_in_its_line() throws {
        let text = try edited(FieldChange(["spec", "suspend"], .bool(true)), rollout: "credit")
        #expect(!text.isRewritten)
        #expect(
            text.text.hasSuffix(
                "spec: {model: credit, stable: {version: 7}, suspend: true}  # flow\n"))
    }

    @Test func a_document_that_cannot_be_edited_by_lines_is_written_anew_and_only_that() throws {
        let odd = """
            # Kept.
            ---
            {apiVersion: vigie.dev/v1alpha1, kind: ModelRollout, metadata: {name: odd},
             spec: {model: odd, stable: {version: 1}}}
            ---
            # Kept, too.
            apiVersion: vigie.dev/v1alpha1
            kind: ModelRollout
            metadata: {name: other}
            spec: {model: other, stable: {version: 1}}

            """
        let text = try edited(
            FieldChange(["spec", "suspend"], .bool(true)), rollout: "odd", file: odd)
        #expect(text.isRewritten)
        #expect(text.text.hasPrefix("# Kept.\n---\n"))
        #expect(text.text.contains("---\n# Kept, too.\napiVersion"))
        let documents = try RolloutText.documents(text.text)
        #expect(documents.first?.content["spec"]?["suspend"] == .bool(true))
    }

    @Test func what_would_be_wrong_is_refused_with_its_field() {
        #expect {
            try edited(FieldChange(["spec", "canary", "version"], .number(1)))
        } throws: { "\($0)".contains("spec.canary.version must differ from stable.version") }
    }

    @Test func carriage_returns_stay() throws {
        let file = Self.file.replacing("\n", "\r\n")
        let text = try edited(
            FieldChange(["spec", "routing", "weight"], .number(2500)),
            FieldChange(["spec", "suspend"], .bool(true)), file: file)
        #expect(!text.isRewritten)
        let feeds = text.text.unicodeScalars.count { $0 == "\n" }
        #expect(text.text.unicodeScalars.count { $0 == "\r" } == feeds)
    }

    @Test func another_document_takes_the_place_of_one() throws {
        var text = RolloutText(Self.file, rollout: "fraud")
        try text.replace(with: "# New.\nmetadata: {name: fraud}")
        #expect(text.text.hasPrefix("# New.\nmetadata: {name: fraud}\n---\napiVersion"))
    }
}

extension String {
    fileprivate func replacing(_ old: String, _ new: String) -> String {
        var result = ""
        var rest = unicodeScalars[...]
        while !rest.isEmpty {
            if rest.starts(with: old.unicodeScalars) {
                result.unicodeScalars.append(contentsOf: new.unicodeScalars)
                rest = rest.dropFirst(old.unicodeScalars.count)
            } else if let scalar = rest.popFirst() {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
