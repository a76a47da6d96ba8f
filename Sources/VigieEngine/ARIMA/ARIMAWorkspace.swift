import CVigieKernels

/// One thread's memory for an ``ARIMAArtifact``: it grows to the longest history it has seen.
final class ARIMAWorkspace: Workspace {
    /// States and the kernel's scratch, for the artifact's largest model.
    let kernel: UnsafeMutablePointer<Double>
    private let kernelCount: Int
    /// The series at hand without regressors and mean: history, then the future's zeros.
    var series: [Double] = []
    /// What regressors and mean add to it, as long.
    var level: [Double] = []
    /// A normal quantile for each that the request asks for.
    var deviates: [Double] = []

    init(_ artifact: ARIMAArtifact, states: Int) {
        // State, covariance, and what the kernel asks for: as much again and two vectors.
        kernelCount = 2 * states * states + 4 * states
        kernel = .allocate(capacity: kernelCount)
        kernel.initialize(repeating: 0, count: kernelCount)
        super.init(artifact)
    }

    deinit { kernel.deallocate() }
}
