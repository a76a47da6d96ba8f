/// With less than this, a number says more of chance than of the canary.
package enum GateLimits {
    /// Answers in each arm for a 99th percentile: the hundredth is the first beyond it.
    package static let latencyAnswersMin: UInt64 = 100
    /// Scores in each arm for a distance of distributions: with Sturges' 10 bins or so, equal
    /// distributions are then some 0.1 apart by PSI at most.
    package static let scoresMin: UInt64 = 200
}
