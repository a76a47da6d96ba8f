/// Where a model comes from: enough to train it again. Everything is optional.
package struct TrainingRecord: Sendable, Equatable {
    package var dataset = ""
    /// Rows trained on; nil when not said.
    package var rows: Int?
    /// Of the training data: "sha256:…".
    package var fingerprint = ""
    /// "xgboost 3.2.0".
    package var library = ""
    package var seed: Int?

    package init() {}
}
