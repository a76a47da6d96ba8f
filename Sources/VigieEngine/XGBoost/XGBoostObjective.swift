import Glibc

/// What a model was trained for: how its sums (margins) become what it answers.
enum XGBoostObjective: Sendable, Equatable {
    /// Probability by the logistic function.
    case logistic
    /// The margin itself.
    case identity
    /// exp(margin).
    case exponential
    /// 1 when the margin is above 0, else 0.
    case hinge
    /// Probabilities of the classes.
    case softmaxProbabilities
    /// The number of the likeliest class.
    case softmaxClass

    /// - Throws: `unsupported` for a name that is not known.
    init(name: String) throws(LoadError) {
        switch name {
        case "binary:logistic", "reg:logistic": self = .logistic
        case "binary:logitraw", "reg:squarederror", "reg:linear", "reg:squaredlogerror",
            "reg:pseudohubererror", "reg:absoluteerror", "reg:quantileerror", "reg:expectileerror",
            "rank:pairwise", "rank:ndcg", "rank:map":
            self = .identity
        case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
            self = .exponential
        case "binary:hinge": self = .hinge
        case "multi:softprob": self = .softmaxProbabilities
        case "multi:softmax": self = .softmaxClass
        default: throw LoadError(.unsupported, "objective '\(name)' is not supported")
        }
    }

    /// The margin that stands for a base score, which files give in terms of the answer.
    func margin(baseScore: Float) -> Float? {
        let margin: Float =
            switch self {
            case .logistic:
                // XGBoost's own bounds (kRtEps): labels of one class only give 0 or 1.
                (0...1).contains(baseScore)
                    ? -logf(1 / min(max(baseScore, 1e-6), 1 - 1e-6) - 1) : .nan
            case .exponential: logf(baseScore)
            default: baseScore
            }
        return margin.isFinite ? margin : nil
    }

    /// How one margin becomes the answer. A classifier's raw margin is log-odds all the same.
    func link(name: String) -> ScoreLink {
        switch self {
        case .logistic: .logit
        case .identity: name == "binary:logitraw" ? .logit : .identity
        case .exponential: .log
        case .hinge: .step
        case .softmaxProbabilities, .softmaxClass: .identity
        }
    }

    /// Whether a row's answer is one number for each class rather than for each sum.
    func outputCount(groups: Int) -> Int { self == .softmaxClass ? 1 : groups }

    /// Turns margins of `groups` a row into answers of ``outputCount(groups:)`` a row, in place
    /// from the front.
    func transform(_ values: inout MutableSpan<Float>, groups: Int) {
        switch self {
        case .identity: return
        case .logistic:
            for index in values.indices { values[index] = Self.sigmoid(values[index]) }
        case .exponential:
            for index in values.indices { values[index] = expf(values[index]) }
        case .hinge:
            for index in values.indices { values[index] = values[index] > 0 ? 1 : 0 }
        case .softmaxProbabilities:
            for row in 0..<values.count / groups { Self.softmax(&values, row * groups, groups) }
        case .softmaxClass:
            for row in 0..<values.count / groups {
                var best = 0
                for group in 1..<max(groups, 1)
                where values[row * groups + group] > values[row * groups + best] { best = group }
                values[row] = Float(best)
            }
        }
    }

    /// As XGBoost computes it: no overflow, and never a division by 0.
    private static func sigmoid(_ margin: Float) -> Float {
        1 / (expf(min(-margin, 88.7)) + 1 + 1e-16)
    }

    private static func softmax(_ values: inout MutableSpan<Float>, _ start: Int, _ count: Int) {
        var greatest = -Float.infinity
        for index in start..<start + count { greatest = max(greatest, values[index]) }
        var sum = 0.0
        for index in start..<start + count {
            values[index] = expf(values[index] - greatest)
            sum += Double(values[index])
        }
        for index in start..<start + count { values[index] /= Float(sum) }
    }
}
