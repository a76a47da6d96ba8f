import CVigieKernels

/// One series' model, ready to filter a history.
final class ARIMAModel: Sendable {
    let parameters: ARIMAParameters
    /// All numbers that the kernel reads, one array after the other.
    private let numbers: FlatArray<Double>
    private let indices: FlatArray<UInt32>
    private let layout: Layout

    private struct Layout: Sendable {
        var ar = 0
        var moving = 0
        var design = 0
        var input = 0
        var weights = 0
        var covariance = 0
        var trend = 0
        var mean: Int?
        var columns = 0
    }

    var states: Int { numberOfStates.arma + numberOfStates.difference }
    private let numberOfStates: (arma: Int, difference: Int)

    var memoryBytes: Int { numbers.byteCount + indices.byteCount + 256 }

    /// - Throws: `corrupt` when a stationary start is asked for that there is not.
    init(_ parameters: ARIMAParameters) throws(LoadError) {
        self.parameters = parameters
        let order = parameters.armaStates
        let season = parameters.season
        let ar =
            LagPolynomial.autoregressive(parameters.ar)
            * .autoregressive(parameters.seasonalAR, season: season)
        let ma =
            LagPolynomial.movingAverage(parameters.ma)
            * .movingAverage(parameters.seasonalMA, season: season)
        func padded(_ values: [Double]) -> [Double] {
            values + Array(repeating: 0, count: order - values.count)
        }
        let columnAR = padded(ar.coefficients.dropFirst().map { -$0 })
        let moving = padded(ma.coefficients)
        let differencing = DifferencingStates(parameters)
        let variance = parameters.variance ?? 1
        let start = try Self.start(parameters, ar: columnAR, moving: moving, variance: variance)
        numberOfStates = (order, differencing.design.count)

        var layout = Layout()
        var numbers: [Double] = []
        func append(_ values: [Double]) -> Int {
            let place = numbers.count
            numbers += values
            return place
        }
        layout.ar = append(columnAR)
        layout.moving = append(moving)
        layout.design = append(differencing.design)
        layout.input = append(differencing.input)
        layout.weights = append(differencing.rows.flatMap { $0.map(\.weight) })
        layout.covariance = append(start.covariance)
        layout.trend = append(parameters.trend)
        layout.mean = start.mean.map(append)
        var starts: [UInt32] = [0]
        for row in differencing.rows { starts.append((starts.last ?? 0) + UInt32(row.count)) }
        layout.columns = starts.count
        indices = FlatArray(starts + differencing.rows.flatMap { $0.map { UInt32($0.column) } })
        self.numbers = FlatArray(numbers)
        self.layout = layout
    }

    /// The ARMA states before the first observation: their covariance and, for a trend of 1, mean.
    private static func start(
        _ parameters: ARIMAParameters, ar: [Double], moving: [Double], variance: Double
    ) throws(LoadError) -> (covariance: [Double], mean: [Double]?) {
        let order = ar.count
        guard parameters.start == .stationary else {
            return (
                (0..<order * order).map {
                    $0 % (order + 1) == 0 ? parameters.diffuseVariance : 0
                }, nil
            )
        }
        let rest = 1 - ar.reduce(0, +)
        guard let unit = StationaryCovariance.solve(ar: ar, moving: moving), rest > 0 else {
            throw LoadError(
                .corrupt,
                "the autoregressive part is not stationary, so that a stationary start does not "
                    + "exist; 'start' must be 'diffuse'")
        }
        // x = T x + e[0]: from the last row up, x[i] = ar[i] x[0] + x[i + 1].
        var mean = [Double](repeating: 0, count: order)
        for index in stride(from: order - 1, to: 0, by: -1) {
            mean[index] = ar[index] / rest + (index + 1 < order ? mean[index + 1] : 0)
        }
        mean[0] = 1 / rest
        return (unit.map { $0 * variance }, mean)
    }

    /// Calls `body` with the model as the kernel takes it, valid within the call.
    func withKernel<Result>(_ body: (inout vigie_arima_model) -> Result) -> Result {
        let base = numbers.base
        var model = vigie_arima_model(
            order: numberOfStates.arma, diff_count: numberOfStates.difference,
            ar: base + layout.ar, moving: base + layout.moving, design: base + layout.design,
            input: base + layout.input, row_starts: indices.base,
            columns: indices.base + layout.columns, weights: base + layout.weights,
            state_variance: parameters.variance ?? 1,
            measurement_variance: parameters.measurementVariance,
            start_covariance: base + layout.covariance,
            diffuse_variance: parameters.diffuseVariance, trend: base + layout.trend,
            trend_count: parameters.trend.count, start_mean: layout.mean.map { base + $0 },
            burn: burn)
        return body(&model)
    }

    /// As statsmodels has it: the states that start diffuse.
    private var burn: Int {
        parameters.burn
            ?? (parameters.start == .diffuse ? states : numberOfStates.difference)
    }
}
