/// The report as a person reads it at the end of a run.
extension Report {
    package var text: String {
        var lines = headline
        lines += latencyTable
        if result.recorder.groups.count > 1 { lines += groupTable }
        lines += generatorLines
        if !result.samples.isEmpty {
            lines.append("the first wrong answers:")
            lines += result.samples.map { "  " + $0.description }
        }
        lines += thresholds.map { "threshold " + $0.description }
        if let generatorFault { lines.append("NOT RELIABLE: " + generatorFault) }
        return lines.joined(separator: "\n")
    }

    private var headline: [String] {
        let outcomes = result.outcomes
        let failed = outcomes.named.filter { $0.name != "OK" }
            .map { "\($0.name) \(Quantity.grouped(Double($0.count)))" }
        var lines = [
            "sent \(Quantity.grouped(Double(result.recorder.sent))) in "
                + "\(Quantity.fixed(result.seconds, 2)) s "
                + "(\(Quantity.grouped(result.sentRate))/s), answered well "
                + "\(Quantity.grouped(Double(outcomes.ok))) (\(Quantity.grouped(result.rate))/s), "
                + "wrong \(Quantity.grouped(Double(result.wrong))), failed "
                + "\(Quantity.grouped(Double(outcomes.failed))) "
                + "(\(Quantity.fixed(result.errorShare * 100, 3)) %)"
        ]
        if !failed.isEmpty { lines.append("failed: " + failed.joined(separator: ", ")) }
        for outcome in Outcome.all where !result.recorder.reasons[outcome.index].isEmpty {
            lines.append("  the first \(outcome.name): \(result.recorder.reasons[outcome.index])")
        }
        return lines
    }

    private var latencyTable: [String] {
        let head = Self.percentiles.map { "p\(Self.short($0))" } + ["max"]
        func row(_ name: String, _ times: LatencyHistogram) -> String {
            let values = Self.percentiles.map {
                Quantity.time(nanoseconds: Double(times.percentile($0)))
            }
            return Self.row(
                name, values + [Quantity.time(nanoseconds: Double(times.max))])
        }
        let isClosed = result.closedLoopInterval != nil
        return [
            Self.row("latency", head),
            row(isClosed ? "corrected (closed)" : "from intended time", result.latency),
            row("from real sending", result.uncorrected),
        ]
    }

    private var groupTable: [String] {
        let rows = result.recorder.groups.map { group in
            Self.row(
                Self.name(group.key),
                [
                    Quantity.grouped(Double(group.outcomes.ok)),
                    Quantity.grouped(Double(group.outcomes.failed)),
                    Quantity.grouped(Double(group.wrong)),
                    Quantity.time(nanoseconds: Double(group.latency.percentile(50))),
                    Quantity.time(nanoseconds: Double(group.latency.percentile(99))),
                    Quantity.time(nanoseconds: Double(group.latency.percentile(99.9))),
                ])
        }
        return [Self.row("by version", ["ok", "failed", "wrong", "p50", "p99", "p99.9"])] + rows
    }

    private var generatorLines: [String] {
        let recorder = result.recorder
        var lines = [
            "generator: \(Quantity.fixed(result.cpuSeconds, 2)) CPU s, "
                + "\(Quantity.grouped(result.requestsPerCPUSecond)) requests a CPU second; late by its "
                + "own fault p50 \(Quantity.time(nanoseconds: Double(recorder.lag.percentile(50)))), "
                + "p99 \(Quantity.time(nanoseconds: Double(recorder.lag.percentile(99)))), "
                + "max \(Quantity.time(nanoseconds: Double(recorder.lag.max)))"
        ]
        if recorder.blocked.count > 0 {
            lines.append(
                "\(Quantity.grouped(Double(recorder.blocked.count))) requests waited for a free stream "
                    + "(of \(Quantity.grouped(Double(result.slots)))), p99 "
                    + Quantity.time(nanoseconds: Double(recorder.blocked.percentile(99))))
        }
        if recorder.connectionsMade > UInt64(result.connections) || recorder.connectionsFailed > 0 {
            lines.append(
                "connections: \(recorder.connectionsMade) made, \(recorder.connectionsLost) ended by "
                    + "the server, \(recorder.connectionsFailed) attempts failed, p99 of connecting "
                    + Quantity.time(nanoseconds: Double(recorder.connecting.percentile(99))))
        }
        return lines
    }

    static func name(_ key: GroupKey) -> String {
        let model = key.model.isEmpty ? "" : " " + key.model
        let version = key.version.isEmpty ? "" : " v\(key.version)"
        let arm = key.arm.isEmpty ? "" : " \(key.arm)"
        return key.method + model + version + arm + (key.isSlow ? " (slow reader)" : "")
    }

    /// "99" or "99.9".
    package static func short(_ percentile: Double) -> String {
        percentile == percentile.rounded() ? String(Int(percentile)) : "\(percentile)"
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        pad(name, 34, left: true) + cells.map { pad($0, 12) }.joined()
    }

    private static func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
        let space = String(repeating: " ", count: max(1, width - text.count))
        return left ? text + space : space + text
    }
}
