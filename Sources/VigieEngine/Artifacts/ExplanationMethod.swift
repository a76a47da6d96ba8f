/// How contributions of tree models are computed: the manifest's `explanation.method`.
public enum ExplanationMethod: Sendable, Equatable {
    /// Against the training data as the trees' covers tell of it: path-dependent TreeSHAP.
    case pathDependent
    /// Against a background of rows: interventional TreeSHAP.
    /// - Parameter rows: in the order and the terms of ``Workspace/row``, at least one.
    case interventional(background: [[Double]])
}
