import TestArtifacts
import Testing
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry

@testable import VigieServices

@Suite struct ScoreApplicationTests {
    let arena = Arena()

    private static let features = [
        Feature(name: "age", kind: .integer, unit: "years", minimum: 18, maximum: 100),
        Feature(name: "income", kind: .number, unit: "EUR", minimum: 0, missing: .allow),
        Feature(name: "purpose", kind: .category, categories: ["car", "tv", "boat"]),
        Feature(name: "owner", kind: .boolean, missing: .allow),
    ]

    private func model(
        _ name: String = "credit-default", _ version: Int = 1, explains: Bool = true,
        _ configure: (inout Manifest) -> Void = { _ in }
    ) -> LoadedModel {
        loaded(
            name, version,
            LinearArtifact(
                Self.features, weights: [-0.01, 0.001, 0.5, -0.25], explains: explains)
        ) { manifest in
            manifest.scorecard = ScorecardScale(points: 600, odds: 50, pdo: 20)
            manifest.decision = DecisionThresholds(approveBelow: 0.1, declineFrom: 0.3)
            manifest.reasons = ["purpose": ReasonText(code: "R03", text: "Purpose of the loan")]
            configure(&manifest)
        }
    }

    private func request(_ features: [(String, VigieV1.FeatureValue.OneOf_Value?)])
        -> VigieV1.ScoreApplicationRequest
    {
        let request = VigieV1.ScoreApplicationRequest(in: arena)
        request.setRequestId("A-17")
        for (name, value) in features { request.addFeatures(key: name).value = value }
        return request
    }

    private func answer(_ node: ServingNode, _ request: VigieV1.ScoreApplicationRequest)
        throws(RPCStatus) -> VigieV1.ScoreApplicationResponse
    {
        let response = VigieV1.ScoreApplicationResponse(in: arena)
        try node.score(request, into: response)
        return try onTheWire(response, arena)
    }

    private func refusal(_ node: ServingNode, _ request: VigieV1.ScoreApplicationRequest)
        -> RPCStatus
    {
        status { () throws(RPCStatus) in _ = try answer(node, request) }
    }

    private var sound: [(String, VigieV1.FeatureValue.OneOf_Value?)] {
        [
            ("age", .integer(40)), ("income", .number(1000)), ("purpose", .text("tv")),
            ("owner", .flag(true)),
        ]
    }

    @Test func an_application_is_scored_decided_and_explained() throws {
        let request = request(sound)
        request.explainAll = true
        let response = try answer(node([model("credit-default", 3)]), request)
        // -2 - 0.4 + 1 + 0.5 - 0.25
        let expected = Calibration.logistic(-1.15)
        #expect(abs(response.probabilityOfDefault - expected) < 1e-12)
        #expect(
            response.points
                == ScorecardScale(points: 600, odds: 50, pdo: 20)?.points(probability: expected))
        #expect(response.decision == .refer)
        #expect(response.requestId == "A-17")
        #expect(response.model == "credit-default" && response.version == "3")
        #expect(response.reasons.map { String($0.code) } == ["income", "R03"])
        #expect(response.reasons.map { String($0.text) } == ["income", "Purpose of the loan"])
        #expect(response.reasons.map { String($0.feature) } == ["income", "purpose"])
        #expect(response.reasons.map(\.contribution) == [1, 0.5])
        #expect(
            response.contributions.map { String($0.feature) } == [
                "age", "income", "purpose", "owner",
            ])
        #expect(response.contributions.map(\.value) == [-0.4, 1, 0.5, -0.25])
        #expect(response.baseValue == -2)
        #expect(response.error == nil)
    }

    @Test func the_order_of_features_does_not_matter() throws {
        let node = node([model()])
        let forward = try answer(node, request(sound)).probabilityOfDefault
        let backward = try answer(node, request(sound.reversed())).probabilityOfDefault
        #expect(forward == backward)
    }

    @Test func a_feature_may_be_missing_where_the_signature_allows_it() throws {
        let node = node([model()])
        let absent = try answer(node, request([("age", .integer(40)), ("purpose", .text("car"))]))
        let explicit = try answer(
            node,
            request([
                ("age", .number(40)), ("income", nil), ("purpose", .text("car")), ("owner", nil),
            ]))
        #expect(absent.probabilityOfDefault == Calibration.logistic(-2.4))
        #expect(explicit.probabilityOfDefault == absent.probabilityOfDefault)
        // Nothing of the application before is left over.
        _ = try answer(node, request(sound))
        let again = try answer(node, request([("age", .integer(40)), ("purpose", .text("car"))]))
        #expect(again.probabilityOfDefault == absent.probabilityOfDefault)
    }

    @Test func decisions_follow_the_thresholds() throws {
        let node = node([model()])
        func decision(_ income: Double) throws -> VigieV1.Decision {
            try answer(
                node,
                request([
                    ("age", .integer(20)), ("income", .number(income)), ("purpose", .text("car")),
                ])
            ).decision
        }
        // Log-odds of -2.2 are a probability of 0.0998.
        #expect(try decision(0) == .approve)
        #expect(try decision(1000) == .refer)
        #expect(try decision(5000) == .decline)
    }

    // MARK: Refusals

    @Test func every_offending_feature_is_named_at_once() {
        let refused = refusal(
            node([model()]),
            request([
                ("age", .integer(17)), ("income", .text("much")), ("purpose", .text("yacht")),
                ("owner", .number(1)), ("hobby", .text("chess")), ("age", .integer(40)),
            ]))
        #expect(refused.code == .invalidArgument)
        let violations = Dictionary(
            refused.fieldViolations.map { ($0.field, $0.description) },
            uniquingKeysWith: { "\($0) & \($1)" })
        #expect(
            violations == [
                "features.age": "is 17, below the minimum of 18 years & is there more than once",
                "features.income": "is text, but a number is expected",
                "features.purpose": "is 'yacht', but must be one of 'car', 'tv', 'boat'",
                "features.owner": "is a number, but a flag is expected",
                "features.hobby": "is no feature of this model",
            ])
        for (field, text) in violations where field != "features.age" {
            #expect(refused.message.contains("'\(field.dropFirst(9))' \(text)"))
        }
    }

    @Test func missing_features_are_named_by_the_signatures_order() {
        let refused = refusal(node([model()]), request([]))
        #expect(
            refused.fieldViolations == [
                FieldViolation("features.age", "is missing"),
                FieldViolation("features.purpose", "is missing"),
            ])
    }

    @Test(
        arguments: [
            (.number(.nan), "is nan, which is no finite number"),
            (.number(.infinity), "is inf, which is no finite number"),
            (.number(40.5), "is 40.5, but a whole number is expected"),
            (.number(101), "is 101, above the maximum of 100 years"),
            (.integer(.min), "is -9223372036854775808, below the minimum of 18 years"),
            (.flag(true), "is a flag, but a whole number is expected"),
            (nil, "is missing"),
        ] as [(Wanted?, String)])
    func a_value_that_no_age_can_have_is_refused(value: Wanted?, expected: String) {
        var features = sound
        features[0].1 = value?.choice
        #expect(
            refusal(node([model()]), request(features)).fieldViolations == [
                FieldViolation("features.age", expected)
            ])
    }

    @Test func the_values_of_personal_features_are_not_told() {
        let feature = Feature(
            name: "age", kind: .integer, unit: "years", minimum: 18, maximum: 100,
            isPersonal: true)
        let arena = Arena()
        let value = VigieV1.FeatureValue(in: arena)
        value.integer = 17
        let text = FeatureFault.outOfRange.explanation(value, feature, categoriesListed: 3)
        #expect(text == "is a value (personal), below the minimum of 18 years")
        value.setText("Emma")
        let category = Feature(
            name: "c", kind: .category, categories: ["a", "b"], isPersonal: true)
        let unknown = FeatureFault.unknownCategory.explanation(
            value, category, categoriesListed: 3)
        #expect(unknown == "is a value (personal), but must be one of 'a', 'b'")
        withExtendedLifetime(arena) {}
    }

    /// A value that can be a test's argument.
    enum Wanted: Sendable {
        case number(Double), integer(Int64), flag(Bool)

        var choice: VigieV1.FeatureValue.OneOf_Value {
            switch self {
            case .number(let number): .number(number)
            case .integer(let whole): .integer(whole)
            case .flag(let flag): .flag(flag)
            }
        }
    }

    @Test func a_status_fits_into_headers_however_much_is_wrong() {
        let features = (0..<400).map { Feature(name: "a_rather_long_feature_name_\($0)") }
        let model = loaded(
            "credit-default", 1,
            LinearArtifact(features, weights: features.map { _ in 1 })
        ) {
            $0.scorecard = ScorecardScale(points: 600, odds: 50, pdo: 20)
            $0.decision = DecisionThresholds(approveBelow: 0.1, declineFrom: 0.3)
        }
        let refused = refusal(node([model]), request([]))
        // The details travel in base 64; 8 KiB is where gRPC's C core begins to refuse.
        #expect(refused.message.utf8.count + refused.details.count * 4 / 3 < 7500)
        let violations = refused.fieldViolations
        #expect(violations.count > 60)
        #expect(violations.last?.description == "and \(400 - violations.count + 1) more are wrong")
    }

    @Test func fifty_missing_features_are_all_named() {
        let features = (0..<50).map { Feature(name: "feature_\($0)") }
        let model = loaded(
            "credit-default", 1, LinearArtifact(features, weights: features.map { _ in 1 })
        ) {
            $0.scorecard = ScorecardScale(points: 600, odds: 50, pdo: 20)
            $0.decision = DecisionThresholds(approveBelow: 0.1, declineFrom: 0.3)
        }
        let refused = refusal(node([model]), request([]))
        #expect(refused.fieldViolations.map(\.field) == features.map { "features.\($0.name)" })
    }

    // MARK: Models

    @Test func a_model_that_cannot_decide_says_what_is_missing() {
        let noScale = refusal(node([model { $0.scorecard = nil }]), request(sound))
        #expect(noScale.code == .failedPrecondition)
        #expect(noScale.message.contains("manifest.json has no 'scorecard'"))
        let neither = refusal(
            node([
                model {
                    $0.scorecard = nil
                    $0.decision = nil
                }
            ]), request(sound))
        #expect(neither.message.contains("no 'scorecard' and no 'decision'"))
    }

    @Test func reasons_that_a_manifest_wants_and_a_model_cannot_give_are_an_obstacle() throws {
        let refused = refusal(node([model(explains: false)]), request(sound))
        #expect(refused.code == .failedPrecondition)
        #expect(refused.message.contains("cannot explain its scores"))
        let silent = try answer(node([model(explains: false) { $0.reasons = [:] }]), request(sound))
        #expect(silent.reasons.isEmpty && silent.decision == .refer)
    }

    @Test func another_namespace_is_served_by_name_and_version() throws {
        let node = node([model(), model("hr-candidate", 1), model("hr-candidate", 2)])
        let request = request(sound)
        request.setModel("hr-candidate")
        #expect(try answer(node, request).version == "2")
        request.setVersion("1")
        let response = try answer(node, request)
        #expect(response.model == "hr-candidate" && response.version == "1")
        request.setVersion("7")
        #expect(refusal(node, request).code == .notFound)
    }
}
