import TestArtifacts
import Testing
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry

@testable import VigieServices

/// The models of the demo registry, as the pod serves them, against what the Python libraries that
/// trained them say (Tests/Fixtures/credit, made by Sources/pipelines/tools/make_credit_fixtures.py).
@Suite struct DemoRegistryParityTests {
    @Test(arguments: [
        ("credit-default", 1), ("credit-default", 2), ("credit-german", 1), ("credit-german", 2),
        ("hr-candidate", 1),
    ])
    func every_row_is_scored_decided_and_explained_as_in_python(name: String, version: Int)
        throws
    {
        let node = try DemoRegistry.node()
        let rows = try DemoRegistry.fixture(name, version)
        #expect(rows.count >= 100)
        for (index, row) in rows.enumerated() {
            let arena = Arena()
            let request = VigieV1.ScoreApplicationRequest(in: arena)
            request.setModel(name)
            request.setVersion(String(version))
            request.explainAll = true
            row.fill(request)
            let response = VigieV1.ScoreApplicationResponse(in: arena)
            try node.score(request, into: response)
            let place = "row \(index) of \(name) \(version)"
            #expect(abs(response.probabilityOfDefault - row.probability) < 1e-6, "\(place)")
            #expect(response.points == row.points, "\(place)")
            #expect(response.decision.protoName == "DECISION_\(row.decision)", "\(place)")
            #expect(response.reasons.map { String($0.code) } == row.reasons, "\(place)")
            #expect(abs(response.baseValue - row.baseValue) < 1e-5, "\(place)")
            #expect(response.contributions.count == row.contributions.count, "\(place)")
            var sum = response.baseValue
            for contribution in response.contributions {
                let expected = try #require(row.contributions[String(contribution.feature)])
                #expect(
                    abs(contribution.value - expected) < 1e-5,
                    "\(place): \(String(contribution.feature))")
                sum += contribution.value
            }
            #expect(abs(sum - row.logOdds) < 1e-5, "\(place)")
        }
    }

    @Test func the_tensors_of_a_model_give_the_same_log_odds_as_its_rows() throws {
        let node = try DemoRegistry.node()
        let served = try node.find("credit-default", version: "1")
        let rows = try DemoRegistry.fixture("credit-default", 1)
        for row in rows.prefix(50) {
            let arena = Arena()
            let request = VigieV1.ScoreApplicationRequest(in: arena)
            row.fill(request)
            try served.credit.read(request, served, node.limits)
            let infer = Inference.ModelInferRequest(in: arena)
            infer.setModelName("credit-default")
            infer.setModelVersion("1")
            infer.addRaw(
                "input", "FP64", [1, Int64(served.workspace.row.count)],
                littleEndian(served.workspace.row))
            let response = Inference.ModelInferResponse(in: arena)
            try node.infer(infer, into: response)
            let names = response.outputs.map { String($0.name) }
            let index = try #require(names.firstIndex(of: "log_odds"))
            let logOdds = response.rawOutputContents[index].rawSpan
                .unsafeLoadUnaligned(fromByteOffset: 0, as: Double.self)
            #expect(abs(logOdds - row.logOdds) < 1e-9)
        }
    }
}
