import VigieTelemetry

/// What asked for a decision.
package enum DecisionMethod: UInt8, Sendable, BitwiseCopyable {
    case infer, streamInfer, score, scoreStream

    /// As records have it.
    package var name: String {
        switch self {
        case .infer: "ModelInfer"
        case .streamInfer: "ModelStreamInfer"
        case .score: "ScoreApplication"
        case .scoreStream: "ScoreApplications"
        }
    }

    /// Whether features came as an application: one row of named values.
    package var isRow: Bool { self == .score || self == .scoreStream }
}

/// What was decided on credit.
package enum DecisionOutcome: UInt8, Sendable, BitwiseCopyable {
    case none, approve, refer, decline

    /// As records have it; nil for none.
    package var name: String? {
        switch self {
        case .none: nil
        case .approve: "APPROVE"
        case .refer: "REFER"
        case .decline: "DECLINE"
        }
    }
}

/// A decision's figures, as a loop hands them over.
package struct DecisionFacts: BitwiseCopyable, Sendable {
    /// When it was made, in nanoseconds since 1970.
    package var time: UInt64
    /// From the decoded request to the answer, in nanoseconds.
    package var latency: UInt64
    package var trace: TraceContext
    /// ``DecisionVersion/number``.
    package var version: UInt32
    package var rows: UInt32
    package var method: DecisionMethod
    package var arm: Arm
    /// gRPC's status code; 0 for a decision.
    package var status: UInt8
    package var outcome = DecisionOutcome.none
    /// Whether features were read; an error may come before that.
    package var hasFeatures = true
    /// Of an application: the model's score, the probability of default, the points and where
    /// explanations begin; NaN for none.
    package var score = Double.nan
    package var probability = Double.nan
    package var points = Double.nan
    package var baseValue = Double.nan

    package init(
        time: UInt64, latency: UInt64, trace: TraceContext, version: UInt32, rows: Int,
        method: DecisionMethod, arm: Arm, status: UInt8 = 0
    ) {
        self.time = time
        self.latency = latency
        self.trace = trace
        self.version = version
        self.rows = UInt32(clamping: rows)
        self.method = method
        self.arm = arm
        self.status = status
    }
}
