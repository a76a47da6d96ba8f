/// A fitted Prophet model (Taylor, Letham 2018, "Forecasting at scale"), as its file has it.
struct ProphetModel: Sendable {
    enum Growth: String, CaseIterable, Sendable { case linear, logistic, flat }

    /// A season as a sum of sines and cosines; its columns follow each other.
    struct Seasonality: Sendable {
        /// In days.
        var period: Double
        /// Pairs of sine and cosine.
        var order: Int
        /// Which input says whether it is on; nil: always.
        var condition: Int?
    }

    /// A column of its own, standardised as in training.
    struct Regressor: Sendable {
        var name: String
        var mean: Double
        var deviation: Double
    }

    /// A column that is 1 on some days.
    struct HolidayDay: Sendable {
        var day: Int
        var column: Int
    }

    /// A part of the forecast that is an output.
    struct Component: Sendable {
        var name: String
        /// Multiplied with the scale of y, as additive components are.
        var isAdditive: Bool
    }

    var growth = Growth.linear
    /// Whether requests bring a floor.
    var hasFloor = false
    /// What is added to a trend when they do not.
    var floor = 0.0
    /// Of y.
    var scale = 1.0
    /// Seconds since 1970 at which the scaled time is 0.
    var start = 0.0
    /// Seconds in one unit of the scaled time: the length of the training data.
    var timeScale = 1.0
    /// Scaled, ascending.
    var changepoints: [Double] = []
    /// The rate at time 0, the offset, and the rate's change at each changepoint.
    var rate = 0.0
    var offset = 0.0
    var changes: [Double] = []
    /// Of the noise, in units of ``scale``.
    var noise = 0.0
    /// The mean step of the training data, in scaled time.
    var meanStep = 0.0
    var intervalWidth = 0.8
    var samples = 1_000

    // Columns: those of all seasonalities, then of holidays, then of regressors.
    var seasonalities: [Seasonality] = []
    var conditions: [String] = []
    var holidayColumns = 0
    /// Ascending by day.
    var holidays: [HolidayDay] = []
    /// Days since 1970 that the file's country holidays cover; nil: it needs none.
    var holidaysCovered: ClosedRange<Int>?
    var regressors: [Regressor] = []
    /// A weight a column.
    var weights: [Double] = []
    /// In the file's order, which that of the outputs is.
    var components: [Component] = []
    /// Column by column the components that it is in: from `memberStarts[column]` on in `members`.
    var memberStarts: [Int] = [0]
    var members: [Int] = []
    /// Where the two are that make the forecast.
    var additiveTerms = 0
    var multiplicativeTerms = 0

    var seasonalColumns: Int { seasonalities.reduce(0) { $0 + 2 * $1.order } }
    var columnCount: Int { seasonalColumns + holidayColumns + regressors.count }
}
