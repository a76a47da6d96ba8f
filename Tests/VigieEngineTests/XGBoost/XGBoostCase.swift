import TestRandom
import Testing
import VigieEngine

/// One model of Tests/Fixtures/make_xgboost.py and what XGBoost answers.
struct XGBoostCase: Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    let seed: UInt64
    let rowCount: Int
    let featureCount: Int
    let missing: UInt64
    let hasSpecials: Bool
    let categories: [Int]
    /// Values a row of predict's answer, and margins a row.
    let outputCount: Int
    let groupCount: Int
    let explainedSeed: UInt64
    let explainedCount: Int

    var testDescription: String { name }

    static let all: [XGBoostCase] = {
        do {
            let index = try JSONParser.parse(Fixture.bytes("xgboost/cases.json"))
            return try #require(index["cases"]?.array).map { try XGBoostCase($0) }
        } catch {
            fatalError("Tests/Fixtures/xgboost/cases.json: \(error)")
        }
    }()

    static func named(_ name: String) throws -> XGBoostCase {
        try #require(all.first { $0.name == name })
    }

    private init(_ value: JSONValue) throws {
        func integer(_ key: String) throws -> Int { try #require(value[key]?.integer) }
        name = try #require(value["name"]?.string)
        file = try #require(value["file"]?.string)
        seed = UInt64(try integer("seed"))
        rowCount = try integer("rows")
        featureCount = try integer("features")
        missing = UInt64(try integer("missing"))
        hasSpecials = try #require(value["specials"]) == .bool(true)
        categories = try #require(value["categories"]?.numbers).map { Int($0) }
        outputCount = try integer("outputs")
        groupCount = try integer("groups")
        explainedSeed = UInt64(try integer("explainedSeed"))
        explainedCount = try integer("explained")
    }

    func bytes() throws -> [UInt8] { try Fixture.bytes("xgboost/\(file)") }

    func expected(_ what: String) throws -> [Float] {
        try Fixture.floats("xgboost/\(name).\(what).f32")
    }

    func load(signature: Signature? = nil) throws -> Artifact {
        try ArtifactSource(
            flavor: .xgboost, fileName: file, bytes: bytes(), signature: signature
        ).load()
    }

    func rows() -> [Float] { Self.rows(self, seed, rowCount, specials: hasSpecials) }

    func explainedRows() -> [Float] {
        Self.rows(self, explainedSeed, explainedCount, specials: false)
    }

    /// As `rows` of the script.
    private static func rows(
        _ test: XGBoostCase, _ seed: UInt64, _ count: Int, specials: Bool
    ) -> [Float] {
        let denormal = Float(bitPattern: 7)  // 1e-44
        let special: [Float] = [0, -0.0, .infinity, -.infinity, 3e38, -3e38, denormal, -denormal]
        var random = SplitMix(seed: seed)
        var rows: [Float] = []
        rows.reserveCapacity(count * test.featureCount)
        for _ in 0..<count {
            for feature in 0..<test.featureCount {
                let bits = random.next()
                let unit = Float(bits >> 40) * 0x1p-24
                let middle = bits >> 16 & 0xFFFF
                var value = unit * 8 - 4
                if feature % 3 == 0 { value = (unit * 64).rounded(.down) / 8 - 4 }
                if feature < test.categories.count {
                    let size = UInt64(test.categories[feature])
                    value = Float(middle % size)
                    if specials, middle >> 10 == 0 { value = Float(size + middle % 5) }
                } else if specials, bits >> 8 & 0xFF == 0 {
                    value = special[Int(middle % 8)]
                }
                rows.append(bits & 0xFF < test.missing ? .nan : value)
            }
        }
        return rows
    }
}

extension Artifact {
    /// Runs on one float32 matrix.
    func predict(_ rows: [Float], columns: Int, _ workspace: Workspace? = nil) throws -> [Float] {
        let workspace = workspace ?? makeWorkspace()
        workspace.inputs[0].reshape(TensorShape([rows.count / max(columns, 1), columns]))
        workspace.inputs[0].withElements(of: Float.self) { elements in
            for index in elements.indices { elements[index] = rows[index] }
        }
        try run(workspace)
        return workspace.outputs[0].withElements(of: Float.self) { Array($0) }
    }
}
