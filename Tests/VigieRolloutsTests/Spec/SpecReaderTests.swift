import Testing
import VigieEngine

@testable import VigieRollouts

struct SpecReaderTests {
    @Test func every_field_is_read() throws {
        let spec = try Samples.rollout(Samples.full).spec
        #expect(spec.model == "fraud-score")
        #expect(spec.stable == VersionReference(version: 42, digest: Samples.digest))
        #expect(spec.canary == VersionReference(version: 43, digest: Samples.digest))
        #expect(
            spec.shadows == [
                ShadowSpec(
                    VersionReference(version: 44, digest: Samples.digest), percent: 12.5,
                    queue: 64,
                    compare: CompareSpec(
                        absoluteTolerance: 0.001, relativeTolerance: 0.01, bands: [0.2, 0.5]))
            ])
        #expect(spec.routing.weight == 500)
        #expect(spec.routing.sticky == .metadata("x-account-id"))
        #expect(spec.routing.salt == "pepper")
        #expect(
            spec.routing.rules == [
                RoutingRule(
                    "beta",
                    match: [
                        MetadataMatch("x-beta", .exact("1")),
                        MetadataMatch("x-tenant", .prefix("eu-")),
                    ], to: .canary),
                RoutingRule(
                    "old", match: [MetadataMatch("x-old", .regex("v[0-9]+"))], to: .version(41)),
            ])
        #expect(spec.routing.exclude == [MetadataMatch("x-tenant", .exact("vip"))])
        #expect(
            spec.strategy.steps == [
                StepSpec(.shadow(percent: 50), minimumRequests: 100, analysis: ["flips"]),
                StepSpec(
                    .weight(500), minimumRequests: 5000, pause: .duration(.seconds(600)),
                    analysis: ["slow"]),
                StepSpec(pause: .indefinite),
            ])
        #expect(
            spec.strategy.analysis == [
                AnalysisSpec("flips", .flipRateTest, max: 0.01, alpha: 0.01),
                AnalysisSpec(
                    "slow", .p99Ratio, max: 1.5, min: 0.1, interval: .seconds(30), failureLimit: 2,
                    inconclusiveLimit: 5, consecutiveErrorLimit: 6, startingStep: 1),
                AnalysisSpec(
                    "prom", .prometheus, max: 1, query: "up", address: "http://prom:9090"),
            ])
        #expect(
            spec.strategy.canaryGuard
                == GuardSpec(
                    errorRate: 0.05, p99: .milliseconds(50), nonFinite: false, window: .seconds(2),
                    minimumRequests: 30))
        #expect(spec.strategy.onFailure == .pause)
        #expect(spec.strategy.progressDeadline == .seconds(300))
        #expect(spec.strategy.revisionHistoryLimit == 3)
        #expect(spec.approvalsRequired == 2)
        #expect(spec.suspend && spec.promote && !spec.abort)
    }

    @Test func what_is_absent_has_its_default() throws {
        let spec = try Samples.rollout(Samples.least).spec
        #expect(spec == RolloutSpec(model: "m", stable: VersionReference(version: 1)))
        #expect(spec.strategy.canaryGuard == GuardSpec(nonFinite: true, window: .seconds(1)))
        #expect(spec.strategy.progressDeadline == .seconds(600))
        #expect(spec.strategy.onFailure == .rollback)
    }

    @Test(arguments: [Samples.full, Samples.least])
    func what_is_written_reads_the_same(_ text: String) throws {
        let rollout = try Samples.rollout(text)
        let again = try Rollout.read(rollout.json)
        #expect(again == rollout)
        #expect(again.json == rollout.json)
    }

    @Test func the_writer_writes_every_field_of_the_schema() throws {
        let json = try Samples.rollout(Samples.full).json["spec"]
        func keys(_ value: JSONValue?) -> Set<String> {
            guard let value else { return [] }
            var found = Set(value.object?.keys ?? [])
            for member in value.object?.members ?? [] { found.formUnion(keys(member.value)) }
            for element in value.array ?? [] { found.formUnion(keys(element)) }
            return found
        }
        // Those that cannot all stand in one document.
        let alternatives: Set<String> = ["abort", "input"]
        let fields = Set(RolloutSchema.objects.flatMap { $0.fields.map(\.name) })
        #expect(fields.subtracting(keys(json)) == alternatives)
        #expect(keys(json).subtracting(fields).isEmpty)
    }

    @Test func all_problems_are_told_at_once_each_with_its_place() throws {
        let problems = try Samples.problems(
            """
            {"model": "Fraud", "stable": {"version": 0}, "canary": {"version": 1.5},
             "routing": {"weigth": 5, "weight": 10001},
             "strategy": {"steps": [{"weight": -1}, {"weight": 1, "pause": 600}],
               "analysis": [{"name": "a", "source": "errorRate"}, {"source": "psi"}]}}
            """)
        #expect(
            problems == [
                "spec.model must be at most 128 lower-case letters, digits, '.', '_' and '-', beginning with a letter or digit",
                "spec.stable.version must be from 1 to 9007199254740992",
                "spec.canary.version must be a whole number",
                "spec.routing.weigth is no field of this object; did you mean 'weight'?",
                "spec.routing.weight must be from 0 to 10000",
                "spec.strategy.analysis[0].max is missing: an analysis has 'max' or 'min', or both",
                "spec.strategy.analysis[1].name is missing",
                #"spec.strategy.analysis[1].source must be one of "errorRate", "p99Ratio", "scorePSI", "scoreKS", "scoreJS", "referencePSI", "shadowFlipRate", "shadowMismatch", "errorRateTest", "flipRateTest", "prometheus""#,
                "spec.strategy.steps[0].weight must be from 0 to 10000",
                #"spec.strategy.steps[1].pause must be a duration with its unit, such as "10m", "500ms" or "1h30m", or "indefinite""#,
            ])
    }

    static let refusals: [(spec: String, problem: String)] = [
        (
            #"{"model": "m", "stable": {"version": 1}, "canary": {"version": 1}}"#,
            "spec.canary.version must differ from stable.version"
        ),
        (
            #"{"model": "m", "stable": {"version": 1, "digest": "sha256:12"}}"#,
            #"spec.stable.digest must be "sha256:" and 64 lower-case hexadecimal digits"#
        ),
        (#"{"model": "m"}"#, "spec.stable is missing"),
        (#"{"model": "m", "stable": 5}"#, "spec.stable must be an object, not a number"),
        ("[]", "spec must be an object, not an array"),
        (with("abort", "true, \"promote\": true"), "spec.promote goes with no 'abort'"),
        (
            with("shadows", #"[{"version": 1}]"#),
            "spec.shadows[0].version must differ from stable.version"
        ),
        (
            with("shadows", #"[{"version": 2}, {"version": 2}]"#),
            "spec.shadows[1].version is there twice"
        ),
        (
            with(
                "shadows",
                #"[{"version": 2}, {"version": 3}, {"version": 4}, {"version": 5}, {"version": 6}]"#
            ),
            "spec.shadows must have at most 4 elements"
        ),
        (
            with("shadows", #"[{"version": 2, "percent": 101}]"#),
            "spec.shadows[0].percent must be from 0.0 to 100.0"
        ),
        (
            with("shadows", #"[{"version": 2, "compare": {"bands": [0.5, 0.5]}}]"#),
            "spec.shadows[0].compare.bands must ascend"
        ),
        (
            with("routing", #"{"sticky": {"metadata": "a", "input": "b"}}"#),
            "spec.routing.sticky must have exactly one of 'metadata', 'input', not 2"
        ),
        (
            with("routing", #"{"sticky": {"metadata": "X-Account"}}"#),
            "spec.routing.sticky.metadata must have lower-case letters"
        ),
        (
            with("routing", #"{"exclude": [{"metadata": "a"}]}"#),
            "spec.routing.exclude[0] must have exactly one of 'exact', 'prefix', 'regex'"
        ),
        (
            with("routing", #"{"exclude": [{"metadata": "a-bin", "exact": "x"}]}"#),
            "spec.routing.exclude[0].metadata must not be binary"
        ),
        (
            with("routing", #"{"rules": [{"name": "r", "match": [], "to": "stable"}]}"#),
            "spec.routing.rules[0].match must have at least one condition"
        ),
        (
            with(
                "routing",
                #"{"rules": [{"name": "r r", "match": [{"metadata": "a", "exact": "x"}], "to": "stable"}]}"#
            ), "spec.routing.rules[0].name must have letters, digits"
        ),
        (
            with("strategy", #"{"steps": [{"weight": 1, "shadowPercent": 1}]}"#),
            "spec.strategy.steps[0].shadowPercent goes with no 'weight'"
        ),
        (
            with(
                "strategy",
                #"{"steps": [{"analysis": ["flip"]}], "analysis": [{"name": "flips", "source": "errorRate", "max": 1}]}"#
            ),
            "spec.strategy.steps[0].analysis[0] is 'flip', but no analysis has that name; did you mean 'flips'?"
        ),
        (
            with("strategy", #"{"analysis": [{"name": "p", "source": "prometheus", "max": 1}]}"#),
            "spec.strategy.analysis[0].query is missing: 'prometheus' needs one"
        ),
        (
            with(
                "strategy",
                #"{"analysis": [{"name": "p", "source": "errorRate", "max": 1, "query": "up"}]}"#),
            "spec.strategy.analysis[0].query goes with the source 'prometheus' only"
        ),
        (
            with("strategy", #"{"analysis": [{"name": "p", "source": "flipRateTest"}]}"#),
            "spec.strategy.analysis[0].max is missing: the flip rate that is borne"
        ),
        (
            with(
                "strategy",
                #"{"analysis": [{"name": "p", "source": "errorRateTest", "alpha": 1}]}"#),
            "spec.strategy.analysis[0].alpha must be over 0 and below 1"
        ),
        (
            with(
                "strategy",
                #"{"analysis": [{"name": "p", "source": "scoreKS", "max": 0, "min": 1}]}"#),
            "spec.strategy.analysis[0].min must be at most 'max'"
        ),
        (
            with("strategy", #"{"guard": {"window": "10ms"}}"#),
            "spec.strategy.guard.window must be from 100ms to 1m"
        ),
        (
            with("strategy", #"{"progressDeadline": "0s"}"#),
            "spec.strategy.progressDeadline must be from 1s to 8784h"
        ),
        (with("suspend", "1"), "spec.suspend must be true or false, not a number"),
    ]

    private static func with(_ key: String, _ value: String) -> String {
        #"{"model": "m", "stable": {"version": 1}, "\#(key)": \#(value)}"#
    }

    @Test(arguments: refusals)
    func what_is_wrong_is_refused_by_its_name(_ one: (spec: String, problem: String)) throws {
        let problems = try Samples.problems(one.spec)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix(one.problem) == true, "\(problems)")
    }

    @Test func steps_that_descend_are_allowed_and_warned_of() throws {
        let spec = try Samples.rollout(
            """
            {"model": "m", "stable": {"version": 1}, "canary": {"version": 2},
             "strategy": {"steps": [{"weight": 500}, {"weight": 100}]}}
            """
        ).spec
        #expect(
            spec.warnings.map(\.description) == [
                "spec.strategy.steps[1].weight is 100, less than the 500 of a step before"
            ])
    }

    @Test func what_Kubernetes_adds_to_the_metadata_is_let_be() throws {
        let rollout = try Rollout.read(
            JSONParser.parse(
                """
                {"apiVersion": "vigie.dev/v1alpha1", "kind": "ModelRollout",
                 "metadata": {"name": "fraud", "namespace": "bank", "uid": "u-1", "generation": 7,
                   "resourceVersion": "12", "managedFields": [{"manager": "kubectl"}],
                   "annotations": {"vigie.dev/author": "ada"}},
                 "spec": \(Samples.least), "status": {"phase": "Paused", "new": 1}}
                """))
        #expect(rollout.metadata.namespace == "bank")
        #expect(rollout.metadata.generation == 7)
        #expect(rollout.metadata.annotations == ["vigie.dev/author": "ada"])
        #expect(rollout.status.phase == .paused)
    }

    @Test func another_kind_of_document_is_refused() throws {
        let document = try JSONParser.parse(
            #"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "A"}, "spec": {}, "data": 1}"#
        )
        let problems = #expect(throws: RolloutError.self) { try Rollout.read(document) }?.problems
        #expect(
            problems?.map(\.path) == [
                "data", "apiVersion", "kind", "metadata.name", "spec.model", "spec.stable",
            ])
    }

    @Test func without_a_generation_the_specification_is_its_own() throws {
        let one = try Samples.rollout(Samples.full)
        var other = one.spec
        other.routing.weight = 501
        #expect(one.metadata.generation == one.spec.fingerprint)
        #expect(other.fingerprint != one.spec.fingerprint)
        #expect((1...1 << 52).contains(one.spec.fingerprint))
    }
}
