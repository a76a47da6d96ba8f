/// The fields that `spec` may have: the reader refuses all others, and ROLLOUTS.md is made of this.
package enum RolloutSchema {
    /// In the order in which they are documented.
    package static let objects = [
        spec, reference, shadow, compare, routing, sticky, rule, match, strategy, step, analysis,
        canaryGuard, approvals,
    ]

    static let spec = SpecObject(
        "spec",
        [
            SpecField("model", "string", "required", "The model's name. It cannot be changed."),
            SpecField("stable", "object", "required", "The version that answers."),
            SpecField("canary", "object", "The version on trial; another than `stable`."),
            SpecField("shadows", "list, at most 4", "Versions that are asked too."),
            SpecField("routing", "object", "Who is answered by which version."),
            SpecField("strategy", "object", "How the canary advances, and what stops it."),
            SpecField("approvals", "object", "Who must agree before a promotion."),
            SpecField("suspend", "boolean", "false", "Nothing advances while it is true."),
            SpecField(
                "abort", "boolean", "false", "The canary is out: the rollout is rolled back."),
            SpecField(
                "promote", "boolean", "false",
                "Skips the steps that are left. A rollout that begins with it ignores it until it was false."
            ),
        ])

    static let reference = SpecObject(
        "spec.stable, spec.canary",
        [
            SpecField("version", "whole number from 1", "required", "The version in the registry."),
            SpecField(
                "digest", "`sha256:` and 64 hexadecimal digits",
                "Of its manifest.json: a pod that finds another does not load it."),
        ])

    static let shadow = SpecObject(
        "spec.shadows[]",
        reference.fields + [
            SpecField(
                "percent", "0 … 100", "100", "The share of the requests that are repeated to it."),
            SpecField(
                "queue", "1 … 1048576", "1024",
                "Requests that may wait for it in a pod; more are dropped and counted."),
            SpecField("compare", "object", "When two answers count as equal."),
        ])

    static let compare = SpecObject(
        "spec.shadows[].compare",
        [
            SpecField(
                "absoluteTolerance", "number from 0", "1e-06",
                "Scores differ beyond absoluteTolerance + relativeTolerance · |live score|."),
            SpecField("relativeTolerance", "number from 0", "0", "See absoluteTolerance."),
            SpecField(
                "bands", "ascending numbers, at most 16", "the manifest's thresholds",
                "Borders between decisions: scores on two sides of one have flipped."),
        ])

    static let routing = SpecObject(
        "spec.routing",
        [
            SpecField(
                "weight", "0 … 10000", "0 without steps",
                "The canary's share in basis points. Beside steps it holds them: phase `Paused`, reason `ManualWeight`."
            ),
            SpecField(
                "sticky", "object", "a draw for each request",
                "What a caller is known by, so that it stays on its side."),
            SpecField("salt", "string", "the model's name", "Mixed into the hash of the key."),
            SpecField("rules", "list, at most 32", "The first one that holds decides."),
            SpecField(
                "exclude", "list, at most 32",
                "Requests that any of these holds for never go to the canary."),
        ])

    static let sticky = SpecObject(
        "spec.routing.sticky",
        [
            SpecField(
                "metadata", "metadata key", "Of the call; exactly one of `metadata` and `input`."),
            SpecField("input", "string", "An input of the model."),
        ])

    static let rule = SpecObject(
        "spec.routing.rules[]",
        [
            SpecField("name", "name", "required", "Answers say it: `vigie-route: rule:<name>`."),
            SpecField("match", "list, 1 to 8", "required", "Conditions that must all hold."),
            SpecField(
                "to", "`stable` or `canary`", "Exactly one of `to` and `version`."),
            SpecField("version", "whole number from 1", "A version to answer."),
        ])

    static let match = SpecObject(
        "spec.routing.rules[].match[], spec.routing.exclude[]",
        [
            SpecField("metadata", "metadata key", "required", "In lower case."),
            SpecField(
                "exact", "string", "The value. Exactly one of `exact`, `prefix` and `regex`."),
            SpecField("prefix", "string", "How the value begins."),
            SpecField("regex", "regular expression", "It must match the whole value."),
        ])

    static let approvals = SpecObject(
        "spec.approvals",
        [
            SpecField(
                "required", "0 … 16", "0",
                "People other than the author who must approve before a promotion: annotations `vigie.dev/approved-by-<n>: user`."
            )
        ])
}
