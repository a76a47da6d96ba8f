extension Threshold {
    /// What the run measured; nil when there is nothing that the labels fit.
    func value(_ result: RunResult) -> Double? {
        let groups = result.recorder.groups.filter { fits($0.key) }
        switch metric {
        case .time(.lag, let statistic): return Self.value(result.recorder.lag, statistic)
        case .time(let source, let statistic):
            return Self.value(times(source, groups, result), statistic)
        case .errors:
            let total = groups.reduce(0) { $0 + $1.outcomes.total }
            return total == 0 ? nil : failures(groups) / Double(total)
        case .rate:
            guard result.seconds > 0 else { return nil }
            return Double(groups.reduce(0) { $0 + $1.outcomes.ok }) / result.seconds
        case .sent: return result.sentRate
        case .ok: return Double(groups.reduce(0) { $0 + $1.outcomes.ok })
        case .failed: return failures(groups)
        case .wrong: return Double(groups.reduce(0) { $0 + $1.wrong })
        }
    }

    private func fits(_ key: GroupKey) -> Bool {
        key.labels.allSatisfy { label in labels[label.name].map { $0 == label.value } ?? true }
    }

    private func times(
        _ source: Metric.Source, _ groups: [Group], _ result: RunResult
    ) -> LatencyHistogram {
        if labels.isEmpty { return source == .raw ? result.uncorrected : result.latency }
        var times = LatencyHistogram()
        for group in groups { times.add(source == .raw ? group.uncorrected : group.latency) }
        guard source == .corrected, let interval = result.closedLoopInterval else { return times }
        return times.corrected(interval: interval)
    }

    private func failures(_ groups: [Group]) -> Double {
        guard let status = labels["status"] else {
            return Double(groups.reduce(0) { $0 + $1.outcomes.failed })
        }
        return Double(
            groups.reduce(0) { sum, group in
                sum + group.outcomes.named.reduce(0) { $0 + ($1.name == status ? $1.count : 0) }
            })
    }

    private static func value(_ times: LatencyHistogram, _ statistic: Metric.Statistic) -> Double? {
        guard times.count > 0 else { return nil }
        switch statistic {
        case .percentile(let percent): return Double(times.percentile(percent))
        case .max: return Double(times.max)
        case .mean: return times.mean
        }
    }
}
