/// One series' model, as ``ARIMAFile`` has it.
///
///     (1 - Σ ar B^i) (1 - Σ seasonalAr B^(s i)) (1 - B)^d (1 - B^s)^D u = c + (1 + Σ ma B^i) (1 + Σ seasonalMa B^(s i)) ε
///     y = u + exog · x + mean + noise of measurementVariance
struct ARIMAParameters: Sendable {
    /// The part of the state-space form that libraries do differently: what the differencing states
    /// are, and so what their start variance means.
    enum StateSpace: String, CaseIterable, Sendable {
        /// statsmodels' SARIMAX: cumulated levels and a season's ring.
        case harvey
        /// R's arima and statsforecast: the last d + sD observations.
        case r
    }

    /// The ARMA states before the first observation.
    enum Start: String, CaseIterable, Sendable {
        /// Their long-run distribution.
        case stationary
        /// Mean 0 and ``diffuseVariance``, as statsmodels has it for `enforce_stationarity=False`.
        case diffuse
    }

    var ar: [Double] = []
    var ma: [Double] = []
    var seasonalAR: [Double] = []
    var seasonalMA: [Double] = []
    /// Steps in a season; 1 when there is no seasonal part.
    var season = 1
    var differences = 0
    var seasonalDifferences = 0
    /// By power of the time: what the ARMA part is given each step (statsmodels' trend).
    var trend: [Double] = []
    /// By power of the time: what is added to the observation (R's intercept and drift).
    var mean: [Double] = []
    /// The time of the first observation of a history that starts where training did.
    var timeOffset = 1.0
    /// One a regressor of the file.
    var exog: [Double] = []
    /// Of ε; nil estimates it from each history (statsmodels' concentrate_scale), and
    /// ``measurementVariance`` and ``diffuseVariance`` are then relative to it.
    var variance: Double?
    var measurementVariance = 0.0
    /// Whether the history is differenced before the filter, and the forecast is one of differences.
    var differencesFirst = false
    var start = Start.stationary
    var diffuseVariance = 1e6
    var stateSpace = StateSpace.harvey
    /// Observations at the beginning that likelihood and scale leave out; nil: the diffuse states.
    var burn: Int?

    /// Values that the first forecast or fitted value of a differenced history lacks.
    var lostValues: Int {
        differencesFirst ? differences + seasonalDifferences * season : 0
    }

    /// Differences that are part of the state.
    var stateDifferences: (regular: Int, seasonal: Int) {
        differencesFirst ? (0, 0) : (differences, seasonalDifferences)
    }

    /// States of the ARMA part.
    var armaStates: Int {
        max(ar.count + season * seasonalAR.count, ma.count + season * seasonalMA.count + 1)
    }

    /// States in all.
    var states: Int {
        armaStates + stateDifferences.regular + stateDifferences.seasonal * season
    }
}

// MARK: Reading

extension ARIMAParameters {
    private static let keys: Set<String> = [
        "order", "seasonalOrder", "ar", "ma", "seasonalAr", "seasonalMa", "trend", "mean",
        "timeOffset", "exog", "variance", "measurementVariance", "simpleDifferencing", "start",
        "diffuseVariance", "stateSpace", "burn",
    ]

    /// - Parameter regressors: how many the file has.
    init(_ field: ModelField, regressors: Int) throws(LoadError) {
        guard let object = field.value.object else { throw field.fail("expected an object") }
        // A key that is misspelt would be a parameter left out.
        for key in object.keys where !Self.keys.contains(key) {
            throw field.fail("has '\(key)', which this engine does not know", .unsupported)
        }
        try readOrders(field)
        trend = try Self.powers(field, "trend")
        mean = try Self.powers(field, "mean")
        timeOffset = try field.optional("timeOffset")?.double ?? 1
        exog = try Self.coefficients(field, "exog", count: regressors)
        try readVariances(field)
        if let member = try field.optional("simpleDifferencing") {
            guard let value = member.value.bool else { throw member.fail("expected a boolean") }
            differencesFirst = value
        }
        start = try Self.choice(field, "start") ?? .stationary
        stateSpace = try Self.choice(field, "stateSpace") ?? .harvey
        if let member = try field.optional("burn") {
            burn = try Self.integer(member, 0...ARIMALimits.historyMax)
        }
        guard states <= ARIMALimits.statesMax else {
            throw field.fail(
                "needs \(states) states, more than \(ARIMALimits.statesMax); a season of \(season) "
                    + "is better put into Fourier regressors", .limit)
        }
    }

    private mutating func readOrders(_ field: ModelField) throws(LoadError) {
        let states = 0...ARIMALimits.statesMax
        let order = try field["order"]
        let numbers = try order.integers(count: 3)
        differences = numbers[1]
        var seasonal = [0, 0, 0, 1]
        if let member = try field.optional("seasonalOrder") {
            seasonal = try member.integers(count: 4)
            guard seasonal[0...2].allSatisfy(states.contains),
                seasonal[2] <= ARIMALimits.statesMax,
                (0...ARIMALimits.statesMax * 2).contains(seasonal[3])
            else { throw member.fail("a number is negative or beyond any model", .limit) }
            guard seasonal[3] > 1 || seasonal[0...2].allSatisfy({ $0 == 0 }) else {
                throw member.fail("a seasonal part needs a season of at least 2")
            }
        }
        guard numbers.allSatisfy(states.contains) else {
            throw order.fail("a number is negative or beyond any model", .limit)
        }
        season = max(seasonal[3], 1)
        seasonalDifferences = seasonal[1]
        guard differences <= ARIMALimits.differencesMax,
            seasonalDifferences <= ARIMALimits.differencesMax
        else {
            throw field.fail("differences more than \(ARIMALimits.differencesMax) times", .limit)
        }
        ar = try Self.coefficients(field, "ar", count: numbers[0])
        ma = try Self.coefficients(field, "ma", count: numbers[2])
        seasonalAR = try Self.coefficients(field, "seasonalAr", count: seasonal[0])
        seasonalMA = try Self.coefficients(field, "seasonalMa", count: seasonal[2])
    }

    private mutating func readVariances(_ field: ModelField) throws(LoadError) {
        if let member = try field.optional("variance") {
            variance = try Self.variance(member, isPositive: true)
        }
        if let member = try field.optional("measurementVariance") {
            measurementVariance = try Self.variance(member, isPositive: false)
        }
        if let member = try field.optional("diffuseVariance") {
            diffuseVariance = try Self.variance(member, isPositive: true)
        }
    }

    /// A variance that neither vanishes nor overflows when it is squared.
    private static func variance(_ field: ModelField, isPositive: Bool) throws(LoadError) -> Double
    {
        let value = try field.double
        guard (1e-100...1e100).contains(value) || (value == 0 && !isPositive) else {
            throw field.fail("\(value) is no variance: expected 1e-100 … 1e100")
        }
        return value
    }

    private static func integer(_ field: ModelField, _ range: ClosedRange<Int>) throws(LoadError)
        -> Int
    {
        let value = try field.integer
        guard range.contains(value) else {
            throw field.fail(
                "\(value), where \(range.lowerBound) … \(range.upperBound) is expected")
        }
        return value
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ field: ModelField, _ key: String
    ) throws(LoadError) -> Choice? {
        guard let member = try field.optional(key) else { return nil }
        guard let choice = Choice(rawValue: try member.string) else {
            let names = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw member.fail("'\(try member.string)' is none of \(names)", .unsupported)
        }
        return choice
    }

    private static func coefficients(_ field: ModelField, _ key: String, count: Int)
        throws(LoadError) -> [Double]
    {
        guard let member = try field.optional(key) else {
            guard count == 0 else { throw field.fail("'\(key)' is missing") }
            return []
        }
        let numbers = try member.numbers(count: count)
        guard numbers.allSatisfy({ abs($0) <= 1e100 }) else {
            throw member.fail("expected finite numbers")
        }
        return numbers
    }

    private static func powers(_ field: ModelField, _ key: String) throws(LoadError) -> [Double] {
        guard let member = try field.optional(key) else { return [] }
        let numbers = try member.numbers()
        guard numbers.count <= ARIMALimits.powersMax else {
            throw member.fail("more than \(ARIMALimits.powersMax) coefficients", .limit)
        }
        guard numbers.allSatisfy({ abs($0) <= 1e100 }) else {
            throw member.fail("expected finite numbers")
        }
        return numbers
    }
}
