import VigieDecisions

extension Pod {
    /// Opens the decision log; nil when there is to be none.
    static func openDecisions(
        _ settings: PodSettings, _ log: Log
    ) throws(StartFailure) -> DecisionLog? {
        guard let options = try settings.decisions.options() else { return nil }
        return try StartFailure.wrapping("--decision-log") { () throws(DecisionError) in
            try DecisionLog(options) { log.warning($0) }
        }
    }
}
