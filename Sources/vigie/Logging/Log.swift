import Synchronization
import VigieTelemetry

/// The pod's log: one line an event, for people or in Elastic Common Schema.
///
/// Written from threads that may wait; loops hand what they have to say to ``CallLog``.
final class Log: Sendable {
    let encoder: LogEncoder
    let writer: LogWriter
    private let rank: Atomic<UInt8>
    private let repeats = Mutex(RepeatLimiter())

    init(_ level: LogLevel, _ encoder: LogEncoder, _ writer: LogWriter) {
        rank = Atomic(level.rank)
        self.encoder = encoder
        self.writer = writer
    }

    /// The least weighty lines that are written; any thread may read and set it at any time.
    var level: LogLevel {
        // Only ranks of levels are stored.
        get { LogLevel(rank: rank.load(ordering: .relaxed)) ?? .info }
        set { rank.store(newValue.rank, ordering: .relaxed) }
    }

    func debug(_ message: @autoclosure () -> String) { write(.debug, message()) }
    func info(_ message: @autoclosure () -> String) { write(.info, message()) }
    func warning(_ message: @autoclosure () -> String) { write(.warning, message()) }
    func error(_ message: @autoclosure () -> String) { write(.error, message()) }

    /// Writes a line, unless it is one too many of its kind.
    /// - Parameter fields: further members of a JSON line, by their dotted ECS names.
    func write(
        _ level: LogLevel, _ message: @autoclosure () -> String, logger: StaticString = "vigie",
        fields: @autoclosure () -> [LogEncoder.Field] = []
    ) {
        guard level.rank >= rank.load(ordering: .relaxed) else { return }
        let message = message()
        let now = Timestamp.now()
        let (isAdmitted, closed) = repeats.withLock {
            ($0.admits(message, at: now), $0.close(at: now))
        }
        var lines = suppressed(closed, at: now)
        if isAdmitted {
            encoder.append(level, at: now, logger: logger, message, fields(), to: &lines)
        }
        if !lines.isEmpty { writer.append(lines) }
    }

    /// Says what was kept back, writes what waits, and ends the writer's thread.
    func stop() {
        let now = Timestamp.now()
        let lines = suppressed(repeats.withLock { $0.close(at: now, isLast: true) }, at: now)
        if !lines.isEmpty { writer.append(lines) }
        writer.stop()
    }

    private func suppressed(_ closed: [(message: String, count: Int)], at now: UInt64) -> [UInt8] {
        var lines: [UInt8] = []
        for (message, count) in closed {
            encoder.append(
                .warning, at: now, logger: "vigie",
                "\(count) more lines like this one were not written: \(message)", to: &lines)
        }
        return lines
    }
}
