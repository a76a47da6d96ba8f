/// Counts good and bad values of one analysis, and says when its limits are passed.
enum AnalysisLedger {
    /// Whether it is time to look again.
    static func isDue(_ analysis: AnalysisSpec, _ status: AnalysisStatus, _ now: WallTime) -> Bool {
        guard !status.isOver else { return false }
        guard let last = status.evaluatedAt else { return true }
        // A clock that was put back must not silence it.
        return last > now || now.since(last) >= analysis.interval
    }

    /// Takes one reading down.
    /// - Parameter requests: of the canary in this step, so far.
    static func record(
        _ reading: GateReading, _ analysis: AnalysisSpec, requests: Int, at now: WallTime,
        _ status: inout AnalysisStatus
    ) {
        status.evaluatedAt = now
        status.requests = requests
        switch reading {
        case .value(let value, let isGood):
            status.value = value
            (status.inconclusive, status.errors, status.samples) = (0, 0, 0)
            status.phase = .successful
            status.message = ""
            guard !isGood else { return }
            status.failures += 1
            status.message = complaint(value, analysis)
            status.phase = status.failures > analysis.failureLimit ? .failed : .running
        case .inconclusive(let why, let samples):
            let hasMore = samples > status.samples
            (status.value, status.errors, status.samples) = (nil, 0, samples)
            status.message = Shown.bounded(why)
            status.phase = .running
            // Requests alone are no reason to wait: of a source without data they bring none.
            guard !hasMore else {
                status.inconclusive = 0
                return
            }
            status.inconclusive += 1
            if status.inconclusive > analysis.inconclusiveLimit { status.phase = .inconclusive }
        case .error(let problem):
            status.value = nil
            status.errors += 1
            status.message = Shown.bounded(problem)
            status.phase = status.errors > analysis.consecutiveErrorLimit ? .error : .running
        }
    }

    /// "0.08 is over 0.05".
    private static func complaint(_ value: Double, _ analysis: AnalysisSpec) -> String {
        let shown = Shown.number(value)
        if analysis.source.isTest {
            return "p = \(shown): that the canary is no worse is refuted at \(analysis.alpha)"
        }
        if let max = analysis.max, value > max { return "\(shown) is over \(Shown.number(max))" }
        if let min = analysis.min { return "\(shown) is below \(Shown.number(min))" }
        return shown
    }
}
