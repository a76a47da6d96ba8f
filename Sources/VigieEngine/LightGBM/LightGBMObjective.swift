/// What a LightGBM model was trained for: how raw scores become what `predict` answers.
///
/// The header's line is the objective's name and its parameters: "binary sigmoid:1". A file without
/// one (an objective of one's own) answers raw scores.
struct LightGBMObjective {
    let response: ScoreResponse
    /// What raw scores are multiplied with before the response.
    let scale: Double

    init(_ field: LightGBMField?) throws(LoadError) {
        guard let field else {
            (response, scale) = (.each(.identity), 1)
            return
        }
        let words = try field.text.split(separator: " ").map { String($0) }
        func parameter(_ key: String) throws(LoadError) -> Double? {
            guard let word = words.dropFirst().first(where: { $0.hasPrefix(key + ":") }) else {
                return nil
            }
            guard let value = Double(word.dropFirst(key.utf8.count + 1)), value.isFinite, value > 0
            else { throw field.fail("'\(word.prefix(40))' is not above 0") }
            return value
        }
        switch words.first ?? "" {
        case "binary", "multiclassova":
            // The raw score times this parameter is log-odds.
            (response, scale) = (.each(.logit), try parameter("sigmoid") ?? 1)
        case "cross_entropy", "xentropy": (response, scale) = (.each(.logit), 1)
        case "cross_entropy_lambda", "xentlambda": (response, scale) = (.each(.softplus), 1)
        case "multiclass": (response, scale) = (.softmax, 1)
        case "poisson", "gamma", "tweedie": (response, scale) = (.each(.log), 1)
        case "regression", "regression_l1", "huber", "fair", "quantile", "mape":
            let isRoot = words.contains("sqrt")
            (response, scale) = (.each(isRoot ? .signedSquare : .identity), 1)
        case "lambdarank", "rank_xendcg", "custom", "none", "":
            (response, scale) = (.each(.identity), 1)
        case let name:
            throw field.fail("objective '\(name.prefix(40))' is not supported", .unsupported)
        }
    }
}
