/// How a model's differencing is written as states: the part of the state-space form in which
/// statsmodels and R differ. See `vigie_arima.h` for what the columns mean.
struct DifferencingStates: Sendable {
    /// What each state weighs in the observation.
    var design: [Double]
    /// What the ARMA part's output weighs in each next state.
    var input: [Double]
    /// By next state: which states it is a sum of, and with which weights.
    var rows: [[(column: Int, weight: Double)]]

    init(_ parameters: ARIMAParameters) {
        let (regular, seasonal) = parameters.stateDifferences
        switch parameters.stateSpace {
        case .harvey: self.init(harvey: regular, seasonal, season: parameters.season)
        case .r: self.init(lags: regular, seasonal, season: parameters.season)
        }
    }

    /// statsmodels' SARIMAX (`initial_design`, `initial_transition`): first the regular differences'
    /// cumulated levels, each the sum of itself and of all later ones; then for each seasonal
    /// difference a ring of `season` values, of which the last one counts.
    private init(harvey regular: Int, _ seasonal: Int, season: Int) {
        let count = regular + seasonal * season
        design = Array(repeating: 0, count: count)
        input = design
        rows = Array(repeating: [], count: count)
        let ringEnds = (0..<seasonal).map { regular + $0 * season + season - 1 }
        for index in 0..<regular { design[index] = 1 }
        for index in ringEnds { design[index] = 1 }
        for index in 0..<regular {
            input[index] = 1
            rows[index] = (Array(index..<regular) + ringEnds).map { ($0, 1) }
        }
        for (ring, end) in ringEnds.enumerated() {
            let first = end - season + 1
            input[first] = 1
            rows[first] = [(end, 1)]
            if ring + 1 < seasonal { rows[first].append((ringEnds[ring + 1], 1)) }
            for index in first + 1..<end + 1 { rows[index] = [(index - 1, 1)] }
        }
    }

    /// R's arima (`makeARIMA`): the last observations, whose weights are those of
    /// 1 - (1 - B)^d (1 - B^s)^D.
    private init(lags regular: Int, _ seasonal: Int, season: Int) {
        let polynomial =
            LagPolynomial.difference(regular) * .difference(seasonal, season: season)
        design = polynomial.coefficients.dropFirst().map { -$0 }
        input = Array(repeating: 0, count: design.count)
        rows = design.indices.map { $0 == 0 ? [] : [($0 - 1, 1)] }
        guard !design.isEmpty else { return }
        input[0] = 1
        rows[0] = design.indices.filter { design[$0] != 0 }.map { ($0, design[$0]) }
    }
}
