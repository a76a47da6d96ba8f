import Testing
import VigieEngine

/// One model of Tests/Fixtures/make_lightgbm.py or make_forest.py and what its library answers; see
/// tree_cases.py.
struct TreeCase: Sendable, CustomTestStringConvertible {
    let flavor: Flavor
    let name: String
    let file: String
    let outputCount: Int
    /// Outputs that contributions are for; 0 for none.
    let explainedOutputs: Int
    let againstOutputs: Int
    /// Which rows the library was asked.
    let isFinite: Bool
    let isInfinite: Bool

    static let rowCount = 240
    static let featureCount = 6
    static let explainedCount = 20
    static let backgroundCount = 70

    var testDescription: String { "\(flavor.rawValue) \(name)" }
    private var folder: String { flavor == .lightgbm ? "lightgbm" : "forest" }

    static let lightGBM = load(.lightgbm)
    static let forest = load(.forest)
    static let all = lightGBM + forest

    private static func load(_ flavor: Flavor) -> [TreeCase] {
        let path = "\(flavor.rawValue)/cases.json"
        do {
            let index = try JSONParser.parse(Fixture.bytes(path))
            #expect(index["rows"]?.integer == rowCount)
            #expect(index["features"]?.integer == featureCount)
            #expect(index["explained"]?.integer == explainedCount)
            #expect(index["background"]?.integer == backgroundCount)
            return try #require(index["cases"]?.array).map { try TreeCase($0, flavor) }
        } catch {
            fatalError("Tests/Fixtures/\(path): \(error)")
        }
    }

    static func named(_ name: String, _ flavor: Flavor) throws -> TreeCase {
        try #require(all.first { $0.name == name && $0.flavor == flavor })
    }

    private init(_ value: JSONValue, _ flavor: Flavor) throws {
        self.flavor = flavor
        name = try #require(value["name"]?.string)
        file = try #require(value["file"]?.string)
        outputCount = try #require(value["outputs"]?.integer)
        explainedOutputs = try #require(value["explained"]?.integer)
        againstOutputs = try #require(value["against"]?.integer)
        isFinite = value["finite"]?.bool ?? false
        isInfinite = flavor == .lightgbm || value["infinite"]?.bool ?? false
    }

    func bytes() throws -> [UInt8] { try Fixture.bytes("\(folder)/\(file)") }

    func load(
        signature: Signature? = nil, explanation: ExplanationMethod = .pathDependent
    ) throws -> Artifact {
        try ArtifactSource(
            flavor: flavor, fileName: file, bytes: bytes(), signature: signature,
            explanation: explanation
        ).load()
    }

    /// The rows that the library was asked, one after the other.
    func rows() throws -> [Double] {
        try Fixture.doubles("\(folder)/rows.f64").map { value in
            if isInfinite { return value }
            if value.isNaN { return isFinite ? 0.25 : value }
            return min(max(value, -3e38), 3e38)
        }
    }

    /// The first rows that have nothing special.
    func background() throws -> [[Double]] {
        let rows = try Fixture.doubles("\(folder)/rows.f64")
        let whole = stride(from: 0, to: rows.count, by: Self.featureCount).map {
            Array(rows[$0..<$0 + Self.featureCount])
        }.filter { $0.allSatisfy { abs($0) < 1e30 } }
        return Array(whole.prefix(Self.backgroundCount))
    }

    private func answers() throws -> [Double] { try Fixture.doubles("\(folder)/\(name).f64") }

    func outputs() throws -> [Double] {
        Array(try answers().prefix(Self.rowCount * outputCount))
    }

    private func explained(from start: Int, _ outputs: Int) throws -> [[Double]] {
        let width = Self.featureCount + 1
        let all = try answers()
        return (0..<Self.explainedCount * outputs).map {
            Array(all[start + $0 * width..<start + ($0 + 1) * width])
        }
    }

    /// By row and output: a contribution a feature, then the base value.
    func contributions() throws -> [[Double]] {
        try explained(from: Self.rowCount * outputCount, explainedOutputs)
    }

    /// As ``contributions()``, against ``background()``.
    func contributionsAgainstBackground() throws -> [[Double]] {
        let skipped = Self.explainedCount * explainedOutputs * (Self.featureCount + 1)
        return try explained(from: Self.rowCount * outputCount + skipped, againstOutputs)
    }
}

extension Artifact {
    /// All outputs, one after the other, for one matrix of either floating type.
    func answer(_ rows: [Double], _ workspace: Workspace? = nil) throws -> [Double] {
        let workspace = workspace ?? makeWorkspace()
        let input = workspace.inputs[0]
        let columns = max(inputs[0].shape.last ?? 1, 1)
        input.reshape(TensorShape([rows.count / columns, columns]))
        if input.type == .float32 {
            input.withElements(of: Float.self) {
                for index in $0.indices { $0[index] = Float(rows[index]) }
            }
        } else {
            input.withElements(of: Double.self) {
                for index in $0.indices { $0[index] = rows[index] }
            }
        }
        try run(workspace)
        return workspace.outputs.flatMap { $0.withElements(of: Double.self) { Array($0) } }
    }
}
