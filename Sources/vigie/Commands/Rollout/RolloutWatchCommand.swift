import ArgumentParser
import Glibc
import VigieCommandLine
import VigieController
import VigieHTTP
import VigieKubernetes
import VigieRollouts
import VigieTransport

struct RolloutWatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a rollout: weight and step as bars, and what pods see of both sides.",
        discussion: """
            Draws itself anew on a terminal; into a file or a pipe it writes a line for each change. \
            With --pods it asks their admin ports for requests, error rate and p99 since the step \
            began.

            With --until it ends with status 0 when the rollout is there, with 1 when it has ended \
            otherwise, and with 2 when --timeout is over. Without, it goes on until --timeout.
            """)

    @OptionGroup var place: RolloutPlaceOptions
    @OptionGroup(title: "Pods") var pods: WatchedPodOptions
    @Option(
        help: .init("End there: Promoted, RolledBack, or another phase.", valueName: "phase"))
    var until: String?
    @Option(help: .init("End then (default: never).", valueName: "time"))
    var timeout: TimeSpan?
    @Option(help: .init("Between two looks.", valueName: "time"))
    var interval = TimeSpan(.seconds(1))
    @Argument(help: "The rollout.") var name: String

    func validate() throws {
        if let until, WatchGoal(until) == nil {
            throw ValidationError("--until is '\(until)'; it must be one of \(WatchGoal.names).")
        }
        guard (.milliseconds(100) ... .seconds(3600)).contains(interval.duration) else {
            throw ValidationError("--interval must be from 100ms to 1h.")
        }
    }

    func run() throws {
        let place = try place.place()
        let goal = until.flatMap { WatchGoal($0) }
        let scraper = try pods.scraper()
        let deadline = timeout.map { MonotonicTime.now().advanced(by: $0.duration) }
        var screen = WatchScreen()
        while true {
            let stored = try place.one(name)
            screen.show(
                WatchFrame(RolloutView(stored), scraper.flatMap { pods.report(name, $0) }))
            if let goal, let isReached = goal.isReached(by: try stored.good(name)) {
                if isReached { return }
                throw EditRefusal(
                    "\(name) is \(stored.status.phase.rawValue), not \(until ?? ""): "
                        + stored.status.message)
            }
            if let deadline, MonotonicTime.now() >= deadline {
                guard goal != nil else { return }
                StandardStream.error.write("\(name) is not \(until ?? "") in time\n")
                throw ExitCode(2)
            }
            var wait = interval.duration
            if let deadline { wait = min(wait, deadline.since(MonotonicTime.now())) }
            usleep(useconds_t(max(wait.milliseconds, 1) * 1000))
        }
    }
}

/// Pods that a watcher asks.
struct WatchedPodOptions: ParsableArguments {
    @Option(
        help: .init(
            "Admin ports of pods: http://10.0.0.1:8501,http://10.0.0.2:8501.", valueName: "urls"))
    var pods: ControllerPodOptions.Addresses?

    @Option(
        help: .init("File with the token that the pods' admin ports ask for.", valueName: "file"))
    var podsTokenFile: String?

    @Option(help: .init("Authority of the pods' certificates, PEM.", valueName: "file"))
    var podsCa: String?

    /// Nil without pods.
    func scraper() throws -> PodScraper? {
        guard pods != nil else { return nil }
        var trust = HTTPTrust()
        trust.authorities = podsCa.map { .file($0) }
        var token: String?
        if let podsTokenFile {
            do throws(KubernetesError) {
                token = try Credentials(tokenFile: podsTokenFile).current()
            } catch { throw EditRefusal("--pods-token-file: \(error)") }
        }
        return PodScraper(
            trust: trust, token: token, timeout: .seconds(2),
            agent: "vigie-rollout/\(Build.version)", HTTPCancellation())
    }

    /// The sum of what pods tell of a rollout.
    func report(_ name: String, _ scraper: PodScraper) -> RolloutReport? {
        var sum: RolloutReport?
        for answer in scraper.scrape(pods?.places ?? []) {
            guard case .success(let pod) = answer.report, let report = pod.rollout(name) else {
                continue
            }
            if sum == nil { sum = report } else { sum?.merge(report) }
        }
        return sum
    }
}

/// Shows frames one after the other: in the same place of a terminal, or as lines.
struct WatchScreen {
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private var height = 0
    private var line = ""

    mutating func show(_ frame: WatchFrame) {
        guard isTerminal else {
            let next = frame.line
            if next != line { StandardStream.output.write(next + "\n") }
            line = next
            return
        }
        // ECMA-48: cursor up, erase to the end of the screen.
        let back = height > 0 ? "\u{1B}[\(height)A" : ""
        let text = frame.text
        StandardStream.output.write("\(back)\r\u{1B}[J\(text)")
        height = text.utf8.count { $0 == UInt8(ascii: "\n") }
    }
}
