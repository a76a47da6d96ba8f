/// Every bound that is put on a pipeline file, so that a hostile one costs neither memory nor time.
public enum PipelineLimits {
    /// Members of one pipeline.
    public static let membersMax = 64
    /// Steps of one pipeline.
    public static let stepsMax = 1_024
    /// Inputs, and values that steps give.
    public static let valuesMax = 16_384
    /// Outputs of one pipeline.
    public static let outputsMax = 256
    /// Knots of an isotonic calibration.
    public static let knotsMax = 65_536
    /// Pipelines within each other.
    public static let depthMax = 8
}
