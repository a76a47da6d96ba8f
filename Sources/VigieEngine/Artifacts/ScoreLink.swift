import Glibc

/// How an artifact's score, which is what contributions add up to, becomes the number that people
/// see.
public enum ScoreLink: Sendable, Equatable, CaseIterable {
    /// The score is log-odds; people see the probability 1 / (1 + e^-score).
    case logit
    /// The score itself: a regressor's prediction, a forest's mean probability.
    case identity
    /// e^score: counts, amounts, durations.
    case log
    /// 2^score: an isolation forest's anomaly score in (0, 1), the higher the more anomalous
    /// (Liu, Ting, Zhou 2008, equation 2).
    case exp2
    /// ln(1 + e^score): LightGBM's `cross_entropy_lambda`.
    case softplus
    /// sign(score) · score²: LightGBM's `reg_sqrt`.
    case signedSquare
    /// 1 above 0, else 0: XGBoost's `binary:hinge`.
    case step

    /// The number that people see. Does not overflow into NaN; NaN stays NaN.
    @inline(__always)
    public func response(_ score: Double) -> Double {
        switch self {
        case .logit: 1 / (1 + exp(-score))
        case .identity: score
        case .log: exp(score)
        case .exp2: Glibc.exp2(score)
        // Beyond some 700 e^score is infinite, and the logarithm the score itself.
        case .softplus: score > 700 ? score : log1p(exp(score))
        case .signedSquare: score < 0 ? -score * score : score * score
        case .step: score.isNaN ? score : score > 0 ? 1 : 0
        }
    }

    /// The score as log-odds, for a response that is a probability; infinite at 0 and 1, NaN where
    /// it is none.
    public func logOdds(_ score: Double) -> Double {
        if self == .logit { return score }
        let probability = response(score)
        return Glibc.log(probability) - log1p(-probability)
    }
}
