import Glibc
import VigieEngine

/// How a model's raw log-odds of default become a probability that can be taken at its word.
package enum Calibration: Sendable, Equatable {
    /// p = 1 / (1 + e^-logOdds).
    case none
    /// p = 1 / (1 + e^-(slope·logOdds + intercept)): Platt, Probabilistic outputs for support vector
    /// machines (1999), with the signs so that slope 1, intercept 0 is ``none``.
    case platt(slope: Double, intercept: Double)
    /// A non-decreasing, piecewise linear map of the raw probability: Zadrozny and Elkan,
    /// Transforming classifier scores into accurate multiclass probability estimates (2002), with
    /// linear interpolation as in scikit-learn's IsotonicRegression.
    case isotonic(IsotonicMap)

    /// The probability of default for raw log-odds: 0 … 1, NaN for NaN. Allocates nothing.
    package func probability(logOdds: Double) -> Double {
        switch self {
        case .none: Self.logistic(logOdds)
        case .platt(let slope, let intercept): Self.logistic(slope * logOdds + intercept)
        case .isotonic(let map): map.value(at: Self.logistic(logOdds))
        }
    }

    /// As ``probability(logOdds:)``, for the score of a model with another link. NaN for a score that
    /// stands for no probability.
    package func probability(score: Double, _ link: ScoreLink) -> Double {
        if link == .logit { return probability(logOdds: score) }
        let raw = link.response(score)
        guard raw >= 0, raw <= 1 else { return .nan }
        return switch self {
        case .none: raw
        case .platt: probability(logOdds: Self.logOdds(raw))
        case .isotonic(let map): map.value(at: raw)
        }
    }

    /// 1 / (1 + e^-x), without overflow for any x.
    package static func logistic(_ x: Double) -> Double {
        if x >= 0 { return 1 / (1 + exp(-x)) }
        let power = exp(x)
        return power / (1 + power)
    }

    /// ln(p / (1 - p)); infinite at 0 and 1.
    package static func logOdds(_ probability: Double) -> Double {
        log(probability) - log1p(-probability)
    }
}
