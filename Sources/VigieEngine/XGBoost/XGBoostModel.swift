/// What an XGBoost file says, checked, and free of the file's form.
struct XGBoostModel {
    enum Booster {
        /// gbtree and dart, whose trees' weights are multiplied into the leaves.
        case trees(TreeEnsembleBuilder)
        /// gblinear: a weight for each feature and group, feature after feature, then the biases.
        case linear(weights: [Float])
    }

    let objective: XGBoostObjective
    let objectiveName: String
    let featureCount: Int
    /// Sums a row: 1, or the number of classes or targets.
    let groupCount: Int
    /// What each sum starts with.
    let startMargins: [Float]
    /// Empty when the file has none.
    let featureNames: [String]
    /// "float", "int", "i" (indicator), "q", "c" (category); empty when the file has none.
    let featureTypes: [String]
    /// By feature, the categories' names by code, where the file (3.1 and later) has them.
    let categoryNames: [Int: [String]]
    let booster: Booster

    /// Reads UBJSON or JSON, whichever the bytes are.
    init(_ bytes: [UInt8]) throws(LoadError) {
        let root = try ModelField(
            parsing: bytes,
            otherwise: "neither XGBoost UBJSON nor JSON; models of the old binary format must be "
                + "saved again by XGBoost as .ubj or .json")
        let learner = try root["learner"]
        let parameters = try learner["learner_model_param"]
        featureCount = try parameters["num_feature"].integer(0...TreeLimits.featureCountMax)
        let classes = try parameters["num_class"].integer(0...TreeLimits.targetCountMax)
        let targets =
            if let field = try parameters.optional("num_target") {
                try field.integer(0...TreeLimits.targetCountMax)
            } else {
                1
            }
        groupCount = max(classes, targets, 1)

        objectiveName = try learner["objective"]["name"].string
        do { objective = try XGBoostObjective(name: objectiveName) } catch {
            throw LoadError(error.reason, "learner.objective.name: \(error.message)")
        }
        startMargins = try Self.margins(parameters["base_score"], objective, groupCount)

        featureNames = try learner.optional("feature_names")?.strings ?? []
        featureTypes = try learner.optional("feature_types")?.strings ?? []
        for (key, list) in [("feature_names", featureNames), ("feature_types", featureTypes)]
        where !list.isEmpty && list.count != featureCount {
            throw LoadError(
                .corrupt, "learner.\(key): \(list.count) entries for \(featureCount) features")
        }
        guard Set(featureNames).count == featureNames.count else {
            throw LoadError(.corrupt, "learner.feature_names: a name appears twice")
        }

        let reader = XGBoostBoosterReader(
            featureCount: featureCount, groupCount: groupCount,
            roundCountMax: try Self.roundCountMax(learner))
        (booster, categoryNames) = try reader.read(learner["gradient_booster"])
    }

    /// After early stopping, XGBoost's scikit-learn interface predicts up to the best round, and
    /// marks the files that it saves; a `Booster` predicts with all of its rounds.
    private static func roundCountMax(_ learner: ModelField) throws(LoadError) -> Int? {
        guard let attributes = try learner.optional("attributes"),
            try attributes.optional("scikit_learn") != nil,
            let best = try attributes.optional("best_iteration")
        else { return nil }
        return try best.integer(0...Int(Int32.max)) + 1
    }

    /// `base_score` is a number, a number in a string ("5E-1"), or, since 3.1, a vector in a string
    /// ("[3.592E-1]") of one value or one for each group.
    private static func margins(
        _ field: ModelField, _ objective: XGBoostObjective, _ groups: Int
    ) throws(LoadError) -> [Float] {
        var scores = field.value.double.map { [$0] } ?? []
        if scores.isEmpty {
            let text = try field.string
            guard let value = try? JSONParser.parse(text, depthMax: 1),
                let numbers = value.double.map({ [$0] }) ?? value.numbers
            else { throw field.fail("'\(text.prefix(40))' is neither a number nor numbers") }
            scores = numbers
        }
        if scores.count == 1 { scores = Array(repeating: scores[0], count: groups) }
        guard scores.count == groups else {
            throw field.fail("\(scores.count) values for \(groups) outputs")
        }
        var margins: [Float] = []
        for score in scores {
            guard let margin = objective.margin(baseScore: Float(score)) else {
                throw field.fail("\(score) is impossible for this objective")
            }
            margins.append(margin)
        }
        return margins
    }
}
