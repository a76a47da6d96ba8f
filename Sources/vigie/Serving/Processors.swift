import VigieTransport

/// How many loops make sense here.
enum Processors {
    /// Processors that this process may use: by its affinity, and by the CPU quota that Kubernetes
    /// sets through the control group (cgroup v2's cpu.max: "quota period" in microseconds).
    static var usable: Int {
        let allowed = System.usableProcessors
        guard let line = try? TextFile.read("/sys/fs/cgroup/cpu.max") else { return allowed }
        let parts = line.split(whereSeparator: \.isWhitespace).map { Int($0) }
        guard parts.count == 2, let quota = parts[0], let period = parts[1], period > 0 else {
            return allowed
        }
        return max(1, min(allowed, (quota + period - 1) / period))
    }
}
