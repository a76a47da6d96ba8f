/// How contributions are computed: the manifest's `explanation`.
public enum ExplanationMethod: Sendable, Equatable {
    /// The flavor's own. Tree models: against the training data as the trees' covers tell of it: path-dependent TreeSHAP.
    case pathDependent
    /// Against a background of rows: interventional TreeSHAP.
    /// - Parameter rows: in the order and the terms of ``Workspace/row``, at least one.
    case interventional(background: [[Double]])
    /// Autoencoders (ONNX): the score is the mean squared error of the reconstruction, and each
    /// feature's contribution its share of that.
    case reconstruction
}
