import VigieRPC
import VigieRegistry
import VigieTelemetry
import VigieTransport

/// Looks after what the machine gives the pod, memory and descriptors, and says when there is too little
/// of it. A thread of its own, some ten times a second.
final class PodWatch: Sendable {
    /// Loops turn calls away while it is high.
    let memory = MemoryPressure()
    /// Bytes that may be in RAM; nil where that is not known.
    private let memoryMax: Double?
    private let log: Log
    private let bell: Doorbell

    private static let tick = Duration.milliseconds(100)
    /// Memory counts as there again below this share of what may be used, so that calls are not turned
    /// away and let in by turns.
    private static let relief = 0.95
    /// Descriptors count as there again when none has been missed for so long.
    private static let calm = Duration.seconds(2)
    /// Of a limit that nobody has set: the control group's, or the machine's.
    private static let share = 0.9

    /// - Parameter memoryMax: in bytes; nil for nine tenths of what the pod is given.
    init(memoryMax: Int?, _ log: Log) throws(SystemError) {
        self.memoryMax = memoryMax.map { Double($0) } ?? PodMemory.limit.map { $0 * Self.share }
        self.log = log
        bell = try Doorbell()
    }

    /// Begins to watch; for as long as the process lives.
    func start(_ server: HTTPServer) {
        _ = WorkThread(name: "vigie-watch") { self.run(server) }
    }

    private func run(_ server: HTTPServer) {
        var shed: UInt64 = 0
        var missedAt: MonotonicTime?
        while true {
            let now = MonotonicTime.now()
            watchMemory()
            let count = server.counters.shed
            if count > shed {
                if missedAt == nil {
                    log.error(
                        "no descriptors are left: connections are closed on arrival or wait; "
                            + "raise the limit of open files (ulimit -n), or lower --max-connections"
                    )
                }
                missedAt = now
            } else if let missed = missedAt, now.since(missed) >= Self.calm {
                missedAt = nil
                log.warning("descriptors are there again; \(count) connections lacked one so far")
            }
            shed = count
            bell.wait(until: now.advanced(by: Self.tick))
        }
    }

    private func watchMemory() {
        guard let memoryMax, var used = ProcessMetrics.residentBytes else { return }
        let bound = memory.isHigh ? memoryMax * Self.relief : memoryMax
        if used >= bound {
            // Memory that was freed may still be with the allocator.
            System.returnFreeMemory()
            used = ProcessMetrics.residentBytes ?? used
        }
        guard (used >= bound) != memory.isHigh else { return }
        memory.isHigh.toggle()
        let figures = "\(Int(used / 1e6)) MB of \(Int(memoryMax / 1e6)) MB are used"
        if memory.isHigh {
            log.error("short of memory: \(figures); calls are turned away")
        } else {
            log.warning("memory is there again: \(figures)")
        }
    }
}

extension PodWatch: MetricSource {
    func metricFamilies() -> [MetricFamily] {
        [
            MetricFamily(
                .gauge, "vigie_memory_limit_bytes", unit: "bytes",
                help: "Memory in RAM above which calls are turned away.",
                metrics: memoryMax.map { [Metric($0)] } ?? []),
            MetricFamily(
                .gauge, "vigie_memory_short",
                help: "Whether calls are turned away for want of memory.",
                metrics: [Metric(memory.isHigh ? 1.0 : 0.0)]),
        ]
    }
}
