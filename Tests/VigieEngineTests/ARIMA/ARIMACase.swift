import TestRandom
import Testing
import VigieEngine

/// One model of Tests/Fixtures/make_arima.py and what its library answers.
struct ARIMACase: Sendable, CustomTestStringConvertible {
    let name: String
    /// As `arima.json` has it.
    let model: JSONValue
    let seed: UInt64
    let count: Int
    let level: Double
    let spread: Double
    let missing: Double
    let regressors: Int
    let horizon: Int
    let mean: [Double]
    let stderr: [Double]
    let lower: [Double]
    let upper: [Double]
    /// The last one-step predictions; nil when the library does not tell.
    let fitted: [Double]?
    let logLikelihood: Double?

    var testDescription: String { name }

    static let all: [ARIMACase] = {
        do {
            let index = try JSONParser.parse(Fixture.bytes("arima/cases.json"))
            return try #require(index["cases"]?.array).map { try ARIMACase($0) }
        } catch {
            fatalError("Tests/Fixtures/arima/cases.json: \(error)")
        }
    }()

    static func named(_ name: String) throws -> ARIMACase {
        try #require(all.first { $0.name == name })
    }

    private init(_ value: JSONValue) throws {
        func integer(_ key: String) throws -> Int { try #require(value[key]?.integer) }
        func numbers(_ value: JSONValue?) throws -> [Double] {
            try #require(value?.array).map { $0.double ?? .nan }
        }
        name = try #require(value["name"]?.string)
        model = try #require(value["model"])
        seed = UInt64(try integer("seed"))
        count = try integer("count")
        level = try #require(value["level"]?.double)
        spread = try #require(value["spread"]?.double)
        missing = Double(try integer("missing"))
        regressors = try integer("regressors")
        horizon = try integer("horizon")
        mean = try numbers(value["mean"])
        stderr = try numbers(value["stderr"])
        lower = try numbers(value["interval"]?.array?[0])
        upper = try numbers(value["interval"]?.array?[1])
        fitted = value["fitted"] == .null ? nil : try numbers(value["fitted"])
        logLikelihood = value["loglikelihood"]?.double
    }

    /// The file with this model as the default and under the key "it".
    var file: String {
        let names = (0..<regressors).map { "\"x\($0)\"" }.joined(separator: ", ")
        let text = Self.text(model)
        return """
            {"format": "vigie-arima", "formatVersion": 1, "exog": [\(names)],
             "models": {"it": \(text)}, "default": \(text)}
            """
    }

    func load() throws -> ARIMAArtifact {
        let source = ArtifactSource(
            flavor: .arima, fileName: "arima.json", bytes: [UInt8](file.utf8))
        return try #require(try source.load() as? ARIMAArtifact)
    }

    /// As `history` and `regressors` of the script draw them.
    var history: [Double] {
        let unit = Self.uniform(seed, 2 * count)
        var state = 0.0
        return (0..<count).map { time in
            state = 0.5 * state + (unit[time] - 0.5)
            let wave = 0.25 * Double(time * 5 % 7) / 7
            return unit[count + time] * 256 < missing ? .nan : level + spread * (state + wave)
        }
    }

    var exog: [Double] {
        Self.uniform(seed + 1, (count + horizon) * regressors).map { 2 * $0 - 1 }
    }

    private static func uniform(_ seed: UInt64, _ count: Int) -> [Double] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { _ in Double(random.next() >> 11) * 0x1p-53 }
    }

    private static func text(_ value: JSONValue) -> String { JSONWriter.text(value) }
}

extension TensorCall {
    /// The whole request of a case, of one series.
    func fill(_ test: ARIMACase) throws {
        for input in workspace.inputs { input.setAbsent() }
        try set("history", [1, test.count], test.history)
        try set("horizon", [Int64(test.horizon)])
        try set("level", [1], [0.8])
        guard test.regressors > 0 else { return }
        let exog = test.exog
        let past = test.count * test.regressors
        try set("exog", [1, test.count, test.regressors], Array(exog[..<past]))
        try set("future_exog", [1, test.horizon, test.regressors], Array(exog[past...]))
    }
}
