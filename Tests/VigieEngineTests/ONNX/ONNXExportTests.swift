import Testing

@testable import VigieEngine

/// What scikit-learn's, XGBoost's and LightGBM's converters write, at several operator sets.
@Suite struct ONNXExportTests {
    @Test func exports_of_libraries_answer_as_ONNX_Runtime() throws {
        #expect(FixturePack.exports.count >= 200)
        var failures: [String] = []
        for fixture in FixturePack.exports {
            do {
                let differences = try fixture.differences(tolerance: fixture.tolerance)
                if !differences.isEmpty { failures.append("\(fixture.name): \(differences)") }
            } catch {
                failures.append("\(fixture.name): \(error)")
            }
        }
        #expect(failures.isEmpty, "\(failures.count)\n\(failures.joined(separator: "\n"))")
    }
}

extension ONNXCase {
    /// How far ONNX Runtime's own arithmetic lets its answers be from exact ones.
    var tolerance: Double { others.first { $0.name == "tolerance" }?.reals.first ?? 1e-6 }
}
