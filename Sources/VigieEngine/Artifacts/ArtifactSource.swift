/// What the engine needs to load an artifact; whoever owns the disk has read and verified it.
public struct ArtifactSource: Sendable {
    /// How to read ``bytes``.
    public let flavor: Flavor
    /// The model file's name, for messages.
    public let fileName: String
    /// The model file, whole.
    public let bytes: [UInt8]
    /// From the manifest; nil derives one from the file.
    public let signature: Signature?
    /// For linear ONNX models: each feature's mean term over the training data, by name, so that
    /// contributions are against the average applicant (as `shap.LinearExplainer` has it). A
    /// feature that is not here has a mean term of 0.
    public let meanTerms: [String: Double]
    /// Pipelines: what they are made of, loaded and verified, by the members' names.
    public var members: [String: Artifact] = [:]

    /// How contributions are computed.
    public let explanation: ExplanationMethod

    /// - Parameter fileName: for messages only; nothing is read from a disk.
    public init(
        flavor: Flavor, fileName: String, bytes: [UInt8], signature: Signature? = nil,
        meanTerms: [String: Double] = [:], explanation: ExplanationMethod = .pathDependent
    ) {
        self.flavor = flavor
        self.fileName = fileName
        self.bytes = bytes
        self.signature = signature
        self.meanTerms = meanTerms
        self.explanation = explanation
    }

    /// Reads, checks and compiles the model.
    public func load() throws(LoadError) -> Artifact {
        try checkBackground()
        switch flavor {
        case .onnx: return try ONNXLoader.load(self)
        case .xgboost: return try XGBoostArtifact(self)
        case .lightgbm:
            return try ScoredTreesArtifact(self) { bytes throws(LoadError) in
                try LightGBMModel(bytes).trees()
            }
        case .forest:
            return try ScoredTreesArtifact(self) { bytes throws(LoadError) in
                try ForestFile(bytes).trees
            }
        case .scorecard: return try ScorecardArtifact(self)
        case .arima: return try ARIMAArtifact(self)
        case .prophet: return try ProphetArtifact(self)
        case .rules: return try RulesArtifact(self)
        case .watchlist: return try WatchlistArtifact(self)
        case .pipeline: return try PipelineArtifact(self)
        }
    }

    /// A background's rows must be those of a signature, and the model one of trees.
    private func checkBackground() throws(LoadError) {
        guard explanation != .reconstruction || flavor == .onnx else {
            throw LoadError(
                .unsupported,
                "\(fileName): reconstruction explains autoencoders (onnx), not \(flavor.rawValue)")
        }
        guard case .interventional(let background) = explanation else { return }
        guard [.xgboost, .lightgbm, .forest].contains(flavor) else {
            throw LoadError(
                .unsupported,
                "\(fileName): interventional explanations are for models of trees (xgboost, "
                    + "lightgbm, forest), not for \(flavor.rawValue)")
        }
        guard let signature else {
            throw LoadError(.signature, "\(fileName): a background of rows needs a signature")
        }
        let count = signature.features.count
        for (index, row) in background.enumerated() where row.count != count {
            throw LoadError(
                .signature,
                "\(fileName): background row \(index) has \(row.count) values for \(count) features"
            )
        }
    }
}
