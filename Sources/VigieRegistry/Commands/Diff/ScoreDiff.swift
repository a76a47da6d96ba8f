import VigieEngine

/// How differently two versions answer the same rows. Where both give a probability, that is what is
/// compared (calibrated), and their decisions; else the raw scores.
struct ScoreDiff: Sendable {
    static let rows = 1000
    /// Rows of greatest difference that are shown.
    static let examples = 3

    struct Example: Sendable {
        var row: [String: Double]
        var old: Double
        var new: Double
    }

    let isProbability: Bool
    let count: Int
    let meanOld: Double
    let meanNew: Double
    let meanDifference: Double
    let greatest: [Example]
    /// Rows whose decision is another; nil when one of both does not decide.
    let flips: Int?
    /// Rows that one of both refused to score.
    let failures: Int

    /// Nil when one of both scores no rows.
    init?(_ old: LoadedModel, _ new: LoadedModel) {
        guard old.artifact.scoresRows, new.artifact.scoresRows else { return nil }
        let isProbability = Self.givesProbability(old) && Self.givesProbability(new)
        let (before, after) = (Scorer(old, isProbability), Scorer(new, isProbability))
        var sample = SampleRows(new.manifest, new.artifact.signature)
        var others = SampleRows(old.manifest, old.artifact.signature, seed: 2)
        var pairs: [Example] = []
        var flips = 0
        var failures = 0
        for _ in 0..<Self.rows {
            // Features that only one of both has are drawn from that one's.
            let row = sample.next().merging(others.next()) { newest, _ in newest }
            guard let one = before.score(row), let two = after.score(row) else {
                failures += 1
                continue
            }
            pairs.append(Example(row: row, old: one, new: two))
            if let from = old.manifest.decision?.decide(probability: one),
                let to = new.manifest.decision?.decide(probability: two), from != to
            {
                flips += 1
            }
        }
        let count = Double(max(pairs.count, 1))
        self.isProbability = isProbability
        self.count = pairs.count
        meanOld = pairs.reduce(0) { $0 + $1.old } / count
        meanNew = pairs.reduce(0) { $0 + $1.new } / count
        meanDifference = pairs.reduce(0) { $0 + abs($1.new - $1.old) } / count
        greatest = Array(
            pairs.sorted { abs($0.new - $0.old) > abs($1.new - $1.old) }.prefix(Self.examples)
                .filter { $0.new != $0.old })
        let decides = old.manifest.decision != nil && new.manifest.decision != nil
        self.flips = decides && isProbability ? flips : nil
        self.failures = failures
    }

    private static func givesProbability(_ model: LoadedModel) -> Bool {
        model.artifact.link == .logit
            || model.manifest.decision != nil && ProbabilityCheck.problem(model.artifact) == nil
    }

    private struct Scorer {
        let model: LoadedModel
        let workspace: Workspace
        let isProbability: Bool

        init(_ model: LoadedModel, _ isProbability: Bool) {
            self.model = model
            workspace = model.artifact.makeWorkspace()
            self.isProbability = isProbability
        }

        func score(_ row: [String: Double]) -> Double? {
            workspace.row = model.artifact.signature.features.map { row[$0.name] ?? .nan }
            guard let score = try? model.artifact.score(workspace), !score.isNaN else {
                return nil
            }
            guard isProbability else { return score }
            return model.manifest.calibration.probability(score: score, model.artifact.link)
        }
    }

    var isEmpty: Bool { meanDifference == 0 && failures == 0 }

    var text: String {
        let what = isProbability ? "probability" : "score"
        var text =
            "\(what) on \(count) made-up rows: mean \(Readable.figure(meanOld)) → "
            + "\(Readable.figure(meanNew)), mean difference \(Readable.figure(meanDifference))"
        if let flips {
            text += ", \(flips) other decisions"
        }
        if failures > 0 { text += ", \(failures) rows that one of both refuses" }
        text += "\n"
        for example in greatest {
            let row = example.row.sorted { $0.key < $1.key }.prefix(6)
                .map { "\($0.key) \(Readable.figure($0.value))" }.joined(separator: ", ")
            let more = example.row.count > 6 ? ", …" : ""
            text +=
                "  \(Readable.figure(example.old)) → \(Readable.figure(example.new)): \(row)\(more)\n"
        }
        return text
    }

    var json: JSONValue {
        .members([
            ("kind", .string(isProbability ? "probability" : "score")),
            ("rows", .number(Double(count))), ("meanOld", .number(meanOld)),
            ("meanNew", .number(meanNew)), ("meanDifference", .number(meanDifference)),
            ("decisionFlips", flips.map { .number(Double($0)) } ?? .null),
            ("failures", .number(Double(failures))),
            (
                "greatest",
                .array(
                    greatest.map { example in
                        .members([
                            ("old", .number(example.old)), ("new", .number(example.new)),
                            (
                                "row",
                                .members(
                                    example.row.sorted { $0.key < $1.key }.map {
                                        ($0.key, .number($0.value))
                                    })
                            ),
                        ])
                    })
            ),
        ])
    }
}
