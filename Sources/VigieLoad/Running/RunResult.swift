/// What a run measured.
package struct RunResult: Sendable {
    package var recorder: Recorder
    package var intervals: [Interval]
    /// The first wrong answers.
    package var samples: [WrongAnswer]
    /// Seconds from the first intended time to the last answer, at least those asked for.
    package var seconds: Double
    /// Seconds in which requests were to be sent.
    package var plannedSeconds: Double
    /// Processor seconds of this process meanwhile.
    package var cpuSeconds: Double
    /// Answers that had to be decoded, since their bytes had not been judged before.
    package var decoded: Int
    /// Connections and calls at once that were there at the beginning.
    package var connections: Int
    package var slots: Int
    /// It was ended before its time.
    package var wasInterrupted = false
    /// For closed loops: what a loop would have seen that goes on sending at this interval while it
    /// waits; nil for open loops, which measure it.
    package var closedLoopInterval: UInt64?

    /// Of a run that did not happen.
    package static var nothing: RunResult {
        RunResult(
            recorder: Recorder(), intervals: [], samples: [], seconds: 0, plannedSeconds: 0,
            cpuSeconds: 0, decoded: 0, connections: 0, slots: 0)
    }

    /// Of OK answers but those of slow readers, from intended times.
    package var latency: LatencyHistogram {
        let measured = merged { $0.latency }
        return closedLoopInterval.map { measured.corrected(interval: $0) } ?? measured
    }

    /// The same from the times when requests were really sent.
    package var uncorrected: LatencyHistogram { merged { $0.uncorrected } }

    private func merged(_ histogram: (Group) -> LatencyHistogram) -> LatencyHistogram {
        var all = LatencyHistogram()
        for group in recorder.groups where !group.key.isSlow { all.add(histogram(group)) }
        return all
    }

    package var outcomes: OutcomeCounts {
        var all = OutcomeCounts()
        for group in recorder.groups { all.add(group.outcomes) }
        return all
    }

    package var wrong: UInt64 { recorder.groups.reduce(0) { $0 + $1.wrong } }
    package var ok: UInt64 { outcomes.ok }
    /// OK answers a second.
    package var rate: Double { seconds > 0 ? Double(ok) / seconds : 0 }
    /// Requests sent a second of the time in which they were to be sent.
    package var sentRate: Double {
        plannedSeconds > 0 ? Double(recorder.sent) / plannedSeconds : 0
    }
    /// Requests of all that did not end well: 0 … 1.
    package var errorShare: Double {
        let total = outcomes.total
        return total == 0 ? 0 : Double(outcomes.failed) / Double(total)
    }
    /// Requests for each processor second of the generator.
    package var requestsPerCPUSecond: Double {
        cpuSeconds > 0 ? Double(recorder.sent) / cpuSeconds : 0
    }
}
