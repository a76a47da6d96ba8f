/// Every bound of the `arima` flavor, so that neither a file nor a request costs more than it may.
enum ARIMALimits {
    /// Series models in one file: far more ATMs than any bank has.
    static let modelsMax = 100_000
    /// States of one model: what a request's every step costs is their square. Weekly and monthly
    /// seasons of daily data fit; a yearly one (s = 365) belongs into Fourier regressors.
    static let statesMax = 256
    /// Sum over a file's models of the cube of the ARMA order, a hundred times which their start
    /// covariances cost at worst: 250,000 models of a weekly season, half a minute.
    static let loadWorkMax = 2e8
    /// Orders of differencing, regular or seasonal.
    static let differencesMax = 3
    /// Coefficients of a trend or mean: powers of the time up to 8.
    static let powersMax = 9
    /// Regressors.
    static let regressorsMax = 512
    /// Observations of one series in a request: 50 years of days.
    static let historyMax = 20_000
    /// Steps of a forecast: 10 years of days.
    static let horizonMax = 3_660
    /// Quantiles in a request.
    static let quantilesMax = 256
    /// Rows × steps × states² of a request: some 3 seconds of one core.
    static let workMax = 8e9
    /// Bytes of a series' key.
    static let keyBytesMax = 512
}
