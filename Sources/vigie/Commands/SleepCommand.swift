import ArgumentParser
import Glibc
import VigieCommandLine

/// `vigie sleep 5s`: what a container's preStop hook runs, since its image has no shell and no sleep(1).
/// Endpoints of the pod are removed meanwhile, and SIGTERM comes after it.
struct SleepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sleep",
        abstract: "Wait, then exit 0: for the preStop hook of a container without a shell.")

    /// Longer than any pod's time to go (terminationGracePeriodSeconds) makes sense.
    static let longest = Duration.seconds(3600)

    @Argument(help: .init("How long: 500ms, 5s, 1m; an hour at most.", valueName: "time"))
    var time: TimeSpan

    func validate() throws {
        guard time.duration <= Self.longest else {
            throw ValidationError("The time must be an hour at most.")
        }
    }

    func run() {
        let (seconds, attoseconds) = time.duration.components
        var left = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        var rest = timespec()
        // A signal that does not end the process leaves what is left.
        while nanosleep(&left, &rest) != 0, errno == EINTR { left = rest }
    }
}
