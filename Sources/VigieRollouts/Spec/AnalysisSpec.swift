/// A number that is looked at again and again, and the range in which it must be.
package struct AnalysisSpec: Sendable, Equatable {
    package var name: String
    package var source: AnalysisSource
    /// PromQL, of ``AnalysisSource/prometheus`` only.
    package var query: String?
    /// Where Prometheus is, of ``AnalysisSource/prometheus`` only: "http://prometheus:9090".
    package var address: String?
    /// The greatest value that is good.
    package var max: Double?
    /// The least value that is good.
    package var min: Double?
    /// How often it is looked at.
    package var interval: Duration
    /// Bad values that are borne.
    package var failureLimit: Int
    /// Values that say nothing and are borne.
    package var inconclusiveLimit: Int
    /// Errors one after the other that are borne.
    package var consecutiveErrorLimit: Int
    /// A background analysis begins with this step.
    package var startingStep: Int
    /// The chance, over the whole rollout and however often it is looked at, that a sequential test
    /// fails a canary that is no worse.
    package var alpha: Double

    package static let intervalDefault = Duration.seconds(10)
    package static let failureLimitDefault = 0
    package static let inconclusiveLimitDefault = 3
    package static let consecutiveErrorLimitDefault = 4
    package static let alphaDefault = 0.05

    package init(
        _ name: String, _ source: AnalysisSource, max: Double? = nil, min: Double? = nil,
        query: String? = nil, address: String? = nil, interval: Duration = intervalDefault,
        failureLimit: Int = failureLimitDefault,
        inconclusiveLimit: Int = inconclusiveLimitDefault,
        consecutiveErrorLimit: Int = consecutiveErrorLimitDefault, startingStep: Int = 0,
        alpha: Double = alphaDefault
    ) {
        self.name = name
        self.source = source
        self.max = max
        self.min = min
        self.query = query
        self.address = address
        self.interval = interval
        self.failureLimit = failureLimit
        self.inconclusiveLimit = inconclusiveLimit
        self.consecutiveErrorLimit = consecutiveErrorLimit
        self.startingStep = startingStep
        self.alpha = alpha
    }
}

/// Where an analysis has its number from.
package enum AnalysisSource: String, Sendable, CaseIterable {
    case errorRate, p99Ratio
    case scorePSI, scoreKS, scoreJS
    case referencePSI
    case shadowFlipRate, shadowMismatch
    case errorRateTest, flipRateTest
    case prometheus

    /// What the number is.
    package var meaning: String {
        switch self {
        case .errorRate:
            "the share of the canary's requests that failed, 0 … 1; requests that it found wrong count as far as the stable version found a smaller share wrong"
        case .p99Ratio: "the canary's p99 latency by that of the stable version"
        case .scorePSI: "the population stability index of the canary's scores against the stable's"
        case .scoreKS: "the Kolmogorov–Smirnov distance of the same, 0 … 1"
        case .scoreJS: "the Jensen–Shannon distance of the same, 0 … √ln 2"
        case .referencePSI: "the PSI of the canary's scores against its manifest's reference"
        case .shadowFlipRate: "the share of shadowed requests that the canary decides otherwise"
        case .shadowMismatch: "the share of shadowed requests whose scores differ beyond tolerance"
        case .errorRateTest:
            "the always-valid p-value of the canary failing no more often than the stable version"
        case .flipRateTest:
            "the always-valid p-value of the canary flipping no more decisions than `max`"
        case .prometheus: "the one value that a PromQL query answers"
        }
    }

    /// Whether it is a sequential test, which decides by ``AnalysisSpec/alpha``.
    package var isTest: Bool { self == .errorRateTest || self == .flipRateTest }
}
