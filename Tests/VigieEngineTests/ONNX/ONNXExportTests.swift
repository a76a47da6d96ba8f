import Foundation
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

    @Test func operators_of_classical_models_answer_as_ONNX_Runtime() throws {
        #expect(FixturePack.classical.count >= 300)
        var failures: [String] = []
        for fixture in FixturePack.classical {
            do {
                // ONNX Runtime sums kernels, and a product's distances, in float32.
                let differences = try fixture.differences(tolerance: 1e-5)
                if !differences.isEmpty { failures.append("\(fixture.name): \(differences)") }
            } catch {
                failures.append("\(fixture.name): \(error)")
            }
        }
        #expect(failures.isEmpty, "\(failures.count)\n\(failures.joined(separator: "\n"))")
    }

    /// Tests/Fixtures/make_operator_table.py writes the table.
    @Test func the_table_of_operators_is_up_to_date() throws {
        let file = FixturePack.folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("Sources/VigieEngine/ONNX/OPERATORS.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        var listed: [String: Set<String>] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let set = cells[1] == "ai.onnx" ? "" : cells[1]
            listed[set, default: []].insert(cells[0].trimmingCharacters(in: ["`"]))
        }
        #expect(listed == OperatorTable.sets.mapValues { Set($0.keys) })
    }
}

extension ONNXCase {
    /// How far ONNX Runtime's own arithmetic lets its answers be from exact ones.
    var tolerance: Double { others.first { $0.name == "tolerance" }?.reals.first ?? 1e-6 }
}
