import Testing
import VigieEngine

/// One model of Tests/Fixtures/make_prophet.py and what Prophet answers.
struct ProphetCase: Sendable, CustomTestStringConvertible {
    let name: String
    let inputs: [(name: String, values: [Double])]
    /// By output.
    let expected: [(name: String, values: [Double])]
    let sampledRows: [Int]
    /// By sampled row, at ``shares``.
    let forecastQuantiles: [[Double]]
    let trendQuantiles: [[Double]]

    var testDescription: String { name }

    private static let index: JSONValue = {
        do { return try JSONParser.parse(Fixture.bytes("prophet/cases.json")) } catch {
            fatalError("Tests/Fixtures/prophet/cases.json: \(error)")
        }
    }()

    /// Which quantiles the cases have.
    static let shares: [Double] = index["shares"]?.numbers ?? []

    static let all: [ProphetCase] = {
        do { return try #require(index["cases"]?.array).map { try ProphetCase($0) } } catch {
            fatalError("Tests/Fixtures/prophet/cases.json: \(error)")
        }
    }()

    static func named(_ name: String) throws -> ProphetCase {
        try #require(all.first { $0.name == name })
    }

    private init(_ value: JSONValue) throws {
        func columns(_ key: String) throws -> [(String, [Double])] {
            try #require(value[key]?.object).members.map {
                ($0.key, try #require($0.value.numbers))
            }
        }
        func quantiles(_ key: String) throws -> [[Double]] {
            try #require(value["quantiles"]?[key]?.array).map { try #require($0.numbers) }
        }
        name = try #require(value["name"]?.string)
        inputs = try columns("inputs")
        expected = try columns("expected")
        sampledRows = try #require(value["sampledRows"]?.numbers).map { Int($0) }
        forecastQuantiles = try quantiles("yhat")
        trendQuantiles = try quantiles("trend")
    }

    func bytes() throws -> [UInt8] { try Fixture.bytes("prophet/\(name).json") }

    func load() throws -> ProphetArtifact {
        let source = ArtifactSource(
            flavor: .prophet, fileName: "prophet.json", bytes: try bytes())
        return try #require(try source.load() as? ProphetArtifact)
    }
}

extension TensorCall {
    /// The whole request of a case, or some of its rows.
    func fill(_ test: ProphetCase, rows: Range<Int>? = nil) throws {
        for input in workspace.inputs { input.setAbsent() }
        for (name, all) in test.inputs {
            let values = Array(all[rows ?? 0..<all.count])
            switch artifact.inputs.first(where: { $0.name == name })?.type {
            case .int64: try set(name, values.map { Int64($0) })
            case .bool: try set(name, flags: values.map { $0 != 0 })
            default: try set(name, [values.count], values)
            }
        }
    }
}
