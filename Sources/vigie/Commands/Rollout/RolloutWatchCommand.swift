import ArgumentParser
import Glibc
import VigieCommandLine
import VigieController
import VigieTransport

struct RolloutWatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a rollout: weight and step as bars, and what pods see of both sides.",
        discussion: """
            Draws itself anew on a terminal; into a file or a pipe it writes a line for each change. \
            With --pods, or --pods-selector on a cluster, it asks the pods' admin ports for versions, \
            requests, error rate and p99 since the step began, and shows them pod by pod. While the API \
            server is gone it says so and goes on asking.

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
        let rollouts = try place.place()
        let pods = try pods.source(place)
        let goal = until.flatMap { WatchGoal($0) }
        let deadline = timeout.map { MonotonicTime.now().advanced(by: $0.duration) }
        var screen = WatchScreen()
        var last: WatchFrame?
        var lastSeen = MonotonicTime.now()
        while true {
            do throws(EditRefusal) {
                let stored = try rollouts.one(name)
                let frame = WatchFrame(RolloutView(stored), try pods?.answers() ?? [])
                screen.show(frame)
                (last, lastSeen) = (frame, MonotonicTime.now())
                if let goal, try isThere(goal, stored) { return }
            } catch {
                // It was there a moment ago.
                guard let patience = error.patience, var frame = last,
                    MonotonicTime.now().since(lastSeen) < patience
                else { throw error }
                frame.trouble = error.description
                screen.show(frame)
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

    /// - Throws: when it can be there no more.
    private func isThere(_ goal: WatchGoal, _ stored: StoredRollout) throws(EditRefusal) -> Bool {
        switch goal.isReached(by: try stored.good(name)) {
        case true?: return true
        case nil: return false
        case false?:
            throw EditRefusal(
                "\(name) is \(stored.status.phase.rawValue), not \(until ?? ""): "
                    + stored.status.message)
        }
    }
}
