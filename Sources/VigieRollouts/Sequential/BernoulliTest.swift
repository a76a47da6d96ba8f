import Glibc

/// Tests of rates that may be looked at as often as one likes: the chance that a test of a true
/// hypothesis ever, at any look, reaches a p-value of alpha or less is at most alpha.
///
/// Each is an e-process: a mixture of the likelihood of what was counted over all rates, by the
/// greatest likelihood that the hypothesis allows. With the mixture fixed beforehand that quotient is at
/// most a nonnegative martingale that begins at 1, under every rate of the hypothesis (L. Wasserman,
/// A. Ramdas, S. Balakrishnan, "Universal inference", PNAS 117 (2020), §8, with the mixture of H. Robbins,
/// "Statistical methods related to the law of the iterated logarithm", Ann. Math. Statist. 41 (1970)), so
/// that 1/e is a p-value at any time (Ville's inequality; J. Ville 1939, A. Ramdas et al.,
/// "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38 (2023)).
///
/// The mixture is Jeffreys' prior, Beta(1/2, 1/2): R. Krichevsky, V. Trofimov, "The performance of
/// universal encoding", IEEE Trans. Inf. Theory 27 (1981). For two arms it is the product of one for
/// each, as in R. Turner, P. Grünwald, "Exact anytime-valid confidence intervals for contingency tables
/// and beyond", Statistics & Probability Letters 198 (2023); the arms may come in any order and
/// proportion, and the proportion may follow from what was seen.
///
/// What must hold is that each outcome has, given those before it, its arm's one rate.
package enum BernoulliTest {
    /// What was counted of one arm.
    package struct Counts: Sendable, Equatable {
        package var successes: UInt64
        package var trials: UInt64

        /// - Parameter successes: at most `trials`; more count as so many.
        package init(successes: UInt64, trials: UInt64) {
            self.successes = min(successes, trials)
            self.trials = trials
        }

        var hits: Double { Double(successes) }
        var misses: Double { Double(trials - successes) }
        var total: Double { Double(trials) }
        var rate: Double { trials > 0 ? hits / total : 0 }
    }

    /// The natural logarithm of the e-value against "the canary's rate is at most `limit`".
    package static func logEvidence(_ canary: Counts, above limit: Double) -> Double {
        logMixture(canary) - logLikelihood(canary, min(canary.rate, limit))
    }

    /// The natural logarithm of the e-value against "the canary's rate is at most the stable one's".
    package static func logEvidence(_ canary: Counts, above stable: Counts) -> Double {
        let mixture = logMixture(canary) + logMixture(stable)
        // The likeliest rates of the hypothesis: each arm's own if they obey it, else one for both.
        if canary.rate <= stable.rate {
            return mixture - logLikelihood(canary, canary.rate)
                - logLikelihood(stable, stable.rate)
        }
        let pooled = (canary.hits + stable.hits) / (canary.total + stable.total)
        return mixture - logLikelihood(canary, pooled) - logLikelihood(stable, pooled)
    }

    /// The always-valid p-value for the logarithm of an e-value, 0 … 1.
    package static func pValue(logEvidence: Double) -> Double { min(1, exp(-logEvidence)) }

    /// ln ∫ θ^k (1-θ)^(n-k) dBeta(θ; 1/2, 1/2) = ln B(k + 1/2, n - k + 1/2) - ln B(1/2, 1/2), and
    /// B(1/2, 1/2) = π.
    static func logMixture(_ counts: Counts) -> Double {
        logBeta(counts.hits + 0.5, counts.misses + 0.5) - log(Double.pi)
    }

    /// k ln θ + (n - k) ln (1 - θ), where 0 · ln 0 is 0.
    static func logLikelihood(_ counts: Counts, _ rate: Double) -> Double {
        (counts.hits > 0 ? counts.hits * log(rate) : 0)
            + (counts.misses > 0 ? counts.misses * log1p(-rate) : 0)
    }

    static func logBeta(_ a: Double, _ b: Double) -> Double {
        LogGamma.value(a) + LogGamma.value(b) - LogGamma.value(a + b)
    }
}
