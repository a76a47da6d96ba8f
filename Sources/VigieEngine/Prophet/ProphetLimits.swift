/// Every bound of the `prophet` flavor, so that neither a file nor a request costs more than it may.
enum ProphetLimits {
    /// Columns of the regression: what each row of a request costs.
    static let featuresMax = 20_000
    /// Components, each of which is an output.
    static let componentsMax = 2_048
    /// Sum over the columns of the components that each is in.
    static let membershipsMax = 200_000
    /// Seasonalities, and regressors.
    static let namesMax = 1_024
    /// Pairs of sine and cosine of one seasonality.
    static let fourierOrderMax = 1_000
    /// Changes of the trend.
    static let changepointsMax = 20_000
    /// Days of holidays, windows unrolled.
    static let holidayDaysMax = 500_000
    /// Days before or after a holiday.
    static let windowMax = 366
    /// Rows of a request: 11 years of hours.
    static let rowsMax = 100_000
    /// Rows × columns of a request: some 2 seconds of one core.
    static let workMax = 5e8
    /// Rows × samples of a request's simulation: some 2 seconds and 400 MB.
    static let simulatedMax = 25_000_000
    /// Samples of a simulation.
    static let samplesMax = 1_000_000
    /// Seconds since 1970 that pandas can hold: 1677 … 2262.
    static let secondsMax: Int64 = 9_223_372_036
}
