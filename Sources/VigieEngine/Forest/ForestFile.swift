/// A file of the format `vigie-forest`, version 1: scikit-learn's trees, written by
/// `vigie_pipelines.published.forest_file`, where the format is described member by member.
///
/// JSON or UBJSON. A value goes left when it is not above the threshold; score = (base + sum of the
/// leaves) / divisor; the link makes outputs of scores. `precision` says what values are rounded to
/// before they meet thresholds, which are doubles in either case: most of scikit-learn's trees take
/// floats, histogram gradient boosting takes doubles.
struct ForestFile {
    /// What the file holds.
    let trees: ScoredTrees

    private enum Link: String, CaseIterable {
        case identity, logit, softmax, log, exp2

        var response: ScoreResponse {
            switch self {
            case .identity: .each(.identity)
            case .logit: .each(.logit)
            case .softmax: .softmax
            case .log: .each(.log)
            case .exp2: .each(.exp2)
            }
        }
    }

    /// - Throws: what is wrong and where: "trees[3].left: 7 elements where 9 are expected".
    init(_ bytes: [UInt8]) throws(LoadError) {
        let root = try ModelField(
            parsing: bytes, otherwise: "neither JSON nor UBJSON of the format vigie-forest")
        let format = try root["format"]
        guard try format.string == "vigie-forest" else {
            throw format.fail("'\(try format.string.prefix(40))' is not vigie-forest")
        }
        let version = try root["formatVersion"]
        guard try version.integer == 1 else {
            throw version.fail("\(try version.integer), but only 1 is known", .unsupported)
        }
        let featureCount = try root["featureCount"].integer(1...TreeLimits.featureCountMax)
        let outputCount = try root["outputCount"].integer(1...TreeLimits.targetCountMax)
        let isFloat = try Self.choice(root["precision"], ["float32", "float64"]) == "float32"
        let base = try root["base"].numbers(count: outputCount)
        guard base.allSatisfy(\.isFinite) else { throw try root["base"].fail("is not finite") }
        let divisor = try root["divisor"].double
        guard divisor != 0 else { throw try root["divisor"].fail("is 0") }
        let linkName = try Self.choice(root["link"], Link.allCases.map(\.rawValue))
        // One of its cases, as just checked.
        let link = Link(rawValue: linkName) ?? .identity
        let offset = try root.optional("offset")
        if let offset, link != .exp2 || outputCount != 1 {
            throw offset.fail("goes with the link exp2 and one output only")
        }

        let features = try ForestFeatures(root, count: featureCount)
        var builder = TreeEnsembleBuilder(
            featureCount: featureCount, targetCount: outputCount, precision: .float64)
        for tree in try root["trees"].elements {
            try ForestTreeReader(tree, outputCount: outputCount, features).read(into: &builder)
        }
        trees = ScoredTrees(
            builder: builder, base: base, divisor: divisor, response: link.response,
            inputType: isFloat ? .float32 : .float64,
            reading: features.reading(rounds: isFloat), features: features.match,
            offset: try offset?.double)
    }

    private static func choice(
        _ field: ModelField, _ choices: [String]
    ) throws(LoadError) -> String {
        let text = try field.string
        guard choices.contains(text) else {
            throw field.fail(
                "'\(text.prefix(40))' is none of \(choices.joined(separator: ", "))", .unsupported)
        }
        return text
    }
}
