/// One thread's memory for a ``ProphetArtifact``.
final class ProphetWorkspace: Workspace {
    /// A value a component, of the row at hand.
    var components: [Double]
    /// By row: scaled time, trend in units of the scale of y, scaled capacity, floor.
    var times: [Double] = []
    var trends: [Double] = []
    var caps: [Double] = []
    var floors: [Double] = []
    /// By future row: the trend's deviation in each sample, [row][sample].
    let deviations = Tensor(type: .float64)
    /// A row's samples of the forecast, and of the trend.
    let forecastSamples = Tensor(type: .float64)
    let trendSamples = Tensor(type: .float64)

    init(_ artifact: ProphetArtifact) {
        components = Array(repeating: 0, count: artifact.model.components.count)
        super.init(artifact)
    }
}
