import ArgumentParser
import Glibc
import VigieCommandLine
import VigieLoad
import VigieTransport

/// One run.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Loads a server and reports. (What is done without a subcommand.)",
        discussion: """
            Every setting is a flag, a line of a scenario (YAML, 'rate: 500'), or a variable \
            (VIGIE_LOAD_RATE=500). Times: 200us, 250ms, 30s, 2h. Rates: 1500, 1.5k.
            """)

    @Option(help: .init("Settings from a YAML file.", valueName: "file"))
    var scenario: String?

    @OptionGroup(title: "Target") var target: TargetOptions
    @OptionGroup(title: "Arrivals") var arrivals: ArrivalOptions
    @OptionGroup(title: "Requests") var requests: RequestOptions
    @OptionGroup(title: "Report") var report: ReportOptions
    @OptionGroup(title: "Capacity") var capacity: CapacityOptions

    func validate() throws {
        let searches = capacity.findCapacity || capacity.timesCapacity != nil
        if searches, arrivals.closed || arrivals.replay != nil {
            throw ValidationError("--find-capacity goes with rates, not with --closed or --replay.")
        }
        if capacity.findCapacity, capacity.timesCapacity != nil {
            throw ValidationError("--find-capacity and --times-capacity exclude each other.")
        }
    }

    func run() throws {
        Signals.block()
        let thresholds = try report.thresholds()
        if !Loopback.isLoopback(target.target) {
            Terminal.error(
                "note: \(target.target) is another machine: load only what you may load\n")
        }
        for (file, option) in [(report.json, "--json"), (report.html, "--html")] {
            if let file { try File.checkWritable(file, option: option) }
        }
        let plan = try PlanBuilder(self).plan()
        if let file = report.record { return try record(plan, file) }
        let started = Self.now()
        let measured = try capacity.findCapacity ? search(plan) : load(plan)
        var made = Report(
            started: started, settings: settings(plan), result: measured.result,
            asked: measured.profile,
            thresholds: thresholds.map { $0.check(measured.result) },
            generatorFault: generatorFault(measured.result))
        made.capacity = measured.capacity
        try finish(made, hookFailures: measured.hookFailures)
    }

    private struct Measured {
        var result: RunResult
        var profile: RateProfile?
        var capacity: Report.Capacity?
        var hookFailures: [String] = []
    }

    // MARK: Running

    private func search(_ plan: LoadPlan) throws -> Measured {
        let found = try capacityRun.find(plan)
        return Measured(result: found.best, profile: found.profile, capacity: found.capacity)
    }

    private var capacityRun: CapacityRun {
        CapacityRun(
            options: capacity, arrivals: arrivals, lagMax: report.lagMax.seconds,
            isQuiet: report.quiet)
    }

    private func load(_ plan: LoadPlan) throws -> Measured {
        var plan = plan
        var measured = Measured(
            result: RunResult.nothing, profile: try arrivals.profile(), capacity: nil)
        if let factor = capacity.timesCapacity {
            let found = try capacityRun.find(plan)
            let rate = found.capacity.finding.capacity * factor
            guard rate > 0 else {
                throw LoadError("--times-capacity: \(found.capacity.finding.reason)")
            }
            let profile = RateProfile.constant(rate, seconds: plan.seconds)
            plan.loop = .open(ArrivalSchedule(profile, spacing: arrivals.spacing))
            measured.profile = profile
            measured.capacity = found.capacity
        }
        var hooks = try Hooks(report.hook, seconds: plan.seconds)
        var begin: MonotonicTime?
        var view = LiveView(asked: measured.profile, isQuiet: report.quiet)
        let run = LoadRun(plan) { duration in
            if let begin {
                hooks.tick(Double(MonotonicTime.now().since(begin).clampedNanoseconds) / 1e9)
            }
            return Signals.wait(atMost: duration) != .timeout
        }
        measured.result = try run.run(
            intervalSeconds: report.interval.seconds, started: { _ in begin = .now() },
            observe: { view.show($0) })
        hooks.finish()
        measured.hookFailures = hooks.failures
        return measured
    }

    /// Writes what would be sent.
    private func record(_ plan: LoadPlan, _ file: String) throws {
        guard case .open(var schedule) = plan.loop else {
            throw LoadError("--record: a closed loop has no times to record")
        }
        var text = ""
        var chooser = RequestChooser(plan)
        var count = 0
        while let arrival = schedule.next() {
            let (target, request) = chooser.choose(arrival.index)
            let part = plan.targets[target]
            text += Recording.line(
                offset: arrival.offset, entry: part.entry, message: part.requests[request].message)
            count += 1
            guard count <= Recording.entriesMax, text.utf8.count < File.bytesMax else {
                throw LoadError(
                    "--record: that is too much for one file: give a shorter --duration")
            }
        }
        try File.write(text, to: file, option: "--record")
        Terminal.print("\(count) requests written to \(file)\n")
    }

    // MARK: The end

    private func finish(_ made: Report, hookFailures: [String]) throws {
        if !report.quiet { Terminal.print("\n") }
        if let found = made.capacity {
            let bound = found.finding.isLowerBound ? "at least " : ""
            Terminal.print(
                "capacity: \(bound)\(Quantity.grouped(found.finding.capacity)) requests a second: "
                    + found.finding.reason + "\n")
        }
        Terminal.print(made.text + "\n")
        for failure in hookFailures { Terminal.print("hook: \(failure)\n") }
        if let file = report.json { try made.writeJSON(to: file) }
        if let file = report.html { try File.write(made.html, to: file, option: "--html") }
        if !hookFailures.isEmpty { throw ExitCode(2) }
        // That an answer is wrong is true whenever it was asked for.
        if made.result.wrong > 0, !made.holds { throw ExitCode(1) }
        if made.generatorFault != nil { throw ExitCode(3) }
        if !made.holds { throw ExitCode(1) }
    }

    /// Why the figures say little of the server; nil when the generator was in time.
    private func generatorFault(_ result: RunResult) -> String? {
        let late = Double(result.recorder.lag.percentile(99))
        guard report.lagMax.seconds > 0, late > report.lagMax.seconds * 1e9 else { return nil }
        return "the generator sent \(Quantity.time(nanoseconds: late)) late at its p99, by its own "
            + "fault: over --lag-max \(report.lagMax.defaultValueDescription); "
            + "ask less, give it processors, or --workers"
    }

    private func settings(_ plan: LoadPlan) -> [(name: String, value: String)] {
        SettingList(self, plan).all
    }

    /// Seconds since 1970.
    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension Report {
    fileprivate func writeJSON(to file: String) throws(LoadError) {
        try File.write(jsonText, to: file, option: "--json")
    }
}
