import Glibc
import VigieLoad

/// Commands that are run while the load goes on: a version is published, a pod is stopped.
struct Hooks {
    private struct Hook {
        var at: Double
        var command: String
    }

    private var waiting: [Hook]
    private var running: [pid_t] = []
    /// Commands that ended badly, in words.
    private(set) var failures: [String] = []

    init(_ texts: [String], seconds: Double) throws(LoadError) {
        var hooks: [Hook] = []
        for text in texts {
            guard let colon = text.firstIndex(of: ":"),
                let at = RateText.moment(text[..<colon], of: seconds)
            else {
                throw LoadError(
                    "--hook '\(text)': expected WHEN:COMMAND: '5s:make publish' or '50%:make publish'"
                )
            }
            hooks.append(Hook(at: at, command: String(text[text.index(after: colon)...])))
        }
        waiting = hooks.sorted { $0.at < $1.at }
    }

    /// Starts what is due.
    mutating func tick(_ seconds: Double) {
        while let next = waiting.first, next.at <= seconds {
            waiting.removeFirst()
            start(next.command)
        }
        var left: [pid_t] = []
        for pid in running where !hasEnded(pid, options: WNOHANG) { left.append(pid) }
        running = left
    }

    /// How long hooks may still run when the load has ended; they are killed then.
    private static let finishSeconds = 30

    /// Waits for those that run still.
    mutating func finish() {
        for _ in 0..<Self.finishSeconds * 20 where !running.isEmpty {
            usleep(50_000)
            tick(0)
        }
        for pid in running {
            kill(pid, SIGKILL)
            _ = hasEnded(pid, options: 0)
            failures.append(
                "a hook ran on for \(Self.finishSeconds) s after the load, and was killed")
        }
        running = []
        for hook in waiting { failures.append("never run: \(hook.command)") }
    }

    private mutating func start(_ command: String) {
        // The child must not inherit our blocked signals.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words: [String] = ["/bin/sh", "-c", command]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/bin/sh", nil, &attributes, &arguments, environ)
        if code == 0 {
            running.append(pid)
        } else {
            failures.append("\(command): \(String(cString: strerror(code)))")
        }
    }

    private mutating func hasEnded(_ pid: pid_t, options: Int32) -> Bool {
        var status: Int32 = 0
        guard waitpid(pid, &status, options) != 0 else { return false }
        if status != 0 { failures.append("a hook ended with status \((status >> 8) & 0xff)") }
        return true
    }
}
