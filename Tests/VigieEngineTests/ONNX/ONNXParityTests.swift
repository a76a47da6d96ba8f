import Testing

@testable import VigieEngine

/// Everything that ONNX Runtime answers in the fixtures, answered by the compiled graphs.
@Suite struct ONNXParityTests {
    @Test func trained_models_answer_as_ONNX_Runtime() throws {
        #expect(FixturePack.models.count >= 29)
        for fixture in FixturePack.models {
            let differences = try fixture.differences(tolerance: 2e-6)
            #expect(differences.isEmpty, "\(fixture.name)")
        }
    }

    @Test func every_operator_answers_as_ONNX_Runtime() throws {
        #expect(FixturePack.operators.count >= 900)
        var failures: [String] = []
        for fixture in FixturePack.operators {
            do {
                // ONNX Runtime's PROBIT loses five digits in its own float arithmetic.
                let differences = try fixture.differences(
                    tolerance: fixture.name.contains("PROBIT") ? 1e-3 : 3e-6)
                if !differences.isEmpty { failures.append("\(fixture.name): \(differences)") }
            } catch {
                failures.append("\(fixture.name): \(error)")
            }
        }
        #expect(failures.isEmpty, "\(failures.count)\n\(failures.joined(separator: "\n"))")
    }

    @Test func neural_networks_of_Keras_answer_as_ONNX_Runtime() throws {
        #expect(FixturePack.keras.count >= 30)
        for fixture in FixturePack.keras {
            let differences = try fixture.differences(tolerance: 2e-6)
            #expect(differences.isEmpty, "\(fixture.name)")
        }
    }

    @Test func networks_and_their_operators_answer_as_ONNX_Runtime() throws {
        #expect(FixturePack.networks.count >= 300)
        var failures: [String] = []
        for fixture in FixturePack.networks {
            do {
                // Random weights with odd functions let a plain RNN's rounding grow.
                let differences = try fixture.differences(
                    tolerance: fixture.name.hasPrefix("RNN") ? 1e-5 : 3e-6)
                if !differences.isEmpty { failures.append("\(fixture.name): \(differences)") }
            } catch {
                failures.append("\(fixture.name): \(error)")
            }
        }
        #expect(failures.isEmpty, "\(failures.count)\n\(failures.joined(separator: "\n"))")
    }
}
