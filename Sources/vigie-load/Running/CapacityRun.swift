import VigieCommandLine
import VigieLoad

/// Searches the capacity with short runs, each over connections of its own.
struct CapacityRun {
    let options: CapacityOptions
    let arrivals: ArrivalOptions
    let lagMax: Double
    let isQuiet: Bool

    struct Found {
        var capacity: Report.Capacity
        /// The run at the highest rate that was kept, or the last.
        var best: RunResult
        var profile: RateProfile
    }

    func find(_ plan: LoadPlan) throws(LoadError) -> Found {
        var search = CapacitySearch(
            options.promise, start: options.startRate.perSecond, highest: options.maxRate.perSecond,
            resolution: options.resolution.value)
        var best: (rate: Double, result: RunResult)?
        while true {
            switch search.next {
            case .finished(let finding):
                guard let best else { throw LoadError("--find-capacity: nothing was tried") }
                return Found(
                    capacity: .init(
                        steps: search.steps, finding: finding, promise: options.promise),
                    best: best.result,
                    profile: .constant(best.rate, seconds: options.probe.seconds))
            case .attempt(let rate):
                let result = try attempt(plan, rate)
                search.took(measurement(rate, result))
                guard let step = search.steps.last else { continue }
                show(step)
                if step.fault == nil && rate >= best?.rate ?? 0 || best == nil {
                    best = (rate, result)
                }
                if result.wasInterrupted { throw LoadError("--find-capacity: interrupted") }
            }
        }
    }

    private func attempt(_ plan: LoadPlan, _ rate: Double) throws(LoadError) -> RunResult {
        var plan = plan
        let seconds = options.probe.seconds
        plan.seconds = seconds
        plan.loop = .open(
            ArrivalSchedule(.constant(rate, seconds: seconds), spacing: arrivals.spacing))
        // What waits at the end has missed the promise anyway.
        plan.drain = min(plan.drain, .seconds(2))
        return try LoadRun(plan) { Signals.wait(atMost: $0) != .timeout }.run()
    }

    private func measurement(_ rate: Double, _ result: RunResult) -> CapacitySearch.Measurement {
        let lag = Double(result.recorder.lag.percentile(99)) / 1e9
        return CapacitySearch.Measurement(
            asked: rate, rate: Double(result.ok) / max(result.seconds, 1e-3),
            latency: Double(result.latency.percentile(options.sloPercentile)),
            median: Double(result.latency.percentile(50)), errors: result.errorShare,
            wrong: result.wrong, generatorWasLate: lagMax > 0 && lag > lagMax)
    }

    private func show(_ step: CapacitySearch.Step) {
        guard !isQuiet else { return }
        let measured = step.measurement
        Terminal.print(
            "\(Quantity.grouped(measured.asked))/s asked: \(Quantity.grouped(measured.rate))/s, "
                + "p50 \(Quantity.time(nanoseconds: measured.median)), "
                + "p\(Report.short(options.sloPercentile)) \(Quantity.time(nanoseconds: measured.latency)), errors "
                + "\(Quantity.fixed(measured.errors * 100, 3)) %: \(step.fault ?? "kept")\n")
    }
}
