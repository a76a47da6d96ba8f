import Synchronization
import VigieRegistry
import VigieTelemetry
import VigieTransport

/// Whoever has lines for the log that a loop has left with him.
protocol LogSource: Sendable {
    /// Writes what waits, as lines, until `bytes` has grown to about `limit`; on the writer's thread.
    func drain(into bytes: inout [UInt8], limit: Int)
    /// Lines that were dropped so far, for want of room.
    var dropped: UInt64 { get }
}

/// Puts log lines where they belong from a thread of its own, so that a reader that is slow to take
/// them never holds up a loop. What does not fit is dropped and counted.
final class LogWriter: Sendable {
    /// Bytes that may wait to be written, besides those with the sources.
    static let bufferBytes = 4 << 20
    /// Bytes that are written at once.
    private static let batchBytes = 256 << 10
    /// How often sources are looked at: their loops ring no bell.
    private static let tick: Duration = .milliseconds(20)
    /// How long a reader who takes nothing keeps the process from ending.
    private static let patience: Duration = .seconds(2)

    private struct State {
        var lines: [UInt8] = []
        var dropped: UInt64 = 0
        var sources: [any LogSource] = []
        var wantsReopening = false
        var isStopped = false
    }

    private let state = Mutex(State())
    private let destination: LogDestination
    private let encoder: LogEncoder
    private let bell: Doorbell
    private let thread = Mutex<WorkThread?>(nil)
    private let droppedLines = Atomic<UInt64>(0)
    private let writtenBytes = Atomic<UInt64>(0)

    init(_ destination: LogDestination, _ encoder: LogEncoder) throws(SystemError) {
        self.destination = destination
        self.encoder = encoder
        bell = try Doorbell()
        // The thread owns the writer too, which therefore lives until `stop()` has ended it.
        guard let thread = WorkThread(name: "vigie-log", { self.run() }) else {
            throw SystemError("pthread_create")
        }
        self.thread.withLock { $0 = thread }
    }

    /// Lines lost so far: nobody took them in time.
    var dropped: UInt64 { droppedLines.load(ordering: .relaxed) }

    /// Bytes handed to whoever reads them.
    var written: UInt64 { writtenBytes.load(ordering: .relaxed) }

    /// Takes whole lines, from any thread but a loop's.
    func append(_ lines: [UInt8]) {
        state.withLock { state in
            if state.lines.count + lines.count <= Self.bufferBytes {
                state.lines += lines
            } else {
                state.dropped += 1
            }
        }
        bell.ring()
    }

    /// Looks after `source` from now on.
    func add(_ source: any LogSource) {
        state.withLock { $0.sources.append(source) }
        bell.ring()
    }

    /// Opens a file anew, since it may have been moved away.
    func reopen() {
        state.withLock { $0.wantsReopening = true }
        bell.ring()
    }

    /// Writes what waits and ends the thread.
    func stop() {
        destination.hurry(until: MonotonicTime.now().advanced(by: Self.patience))
        state.withLock { $0.isStopped = true }
        bell.ring()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    private func run() {
        var batch: [UInt8] = []
        var told: UInt64 = 0
        var isTaken = true
        while true {
            batch.removeAll(keepingCapacity: batch.capacity <= Self.batchBytes * 2)
            let (sources, dropped, wantsReopening, isLast) = state.withLock { state in
                swap(&batch, &state.lines)
                defer { state.wantsReopening = false }
                return (state.sources, state.dropped, state.wantsReopening, state.isStopped)
            }
            for source in sources { source.drain(into: &batch, limit: Self.batchBytes) }
            let unwritten = destination.lostLines
            let lost = sources.reduce(dropped) { $0 &+ $1.dropped } &+ unwritten
            // Where nothing can be written, that cannot be told either.
            if lost > told, isTaken, tell(lost - told) { told = lost }
            droppedLines.store(lost, ordering: .relaxed)
            if wantsReopening {
                // What happened before belongs to the old file.
                write(batch)
                batch.removeAll()
                reopenNow(&batch)
                isTaken = true
            }
            if !batch.isEmpty {
                isTaken = write(batch)
                if isTaken { continue }
                // Nobody takes lines any more: those that remain are lost, too.
                droppedLines.add(destination.lostLines &- unwritten, ordering: .relaxed)
            }
            if isLast { return }
            bell.wait(until: sources.isEmpty ? .never : .now().advanced(by: Self.tick))
        }
    }

    /// - Returns: whether all was written.
    @discardableResult
    private func write(_ lines: [UInt8], isCounted: Bool = true) -> Bool {
        let count = destination.write(lines, isCounted: isCounted)
        writtenBytes.add(UInt64(count), ordering: .relaxed)
        return count == lines.count
    }

    /// - Returns: whether it could be told.
    private func tell(_ lost: UInt64) -> Bool {
        var line: [UInt8] = []
        encoder.append(
            .warning, at: Timestamp.now(), logger: "vigie",
            "\(lost) log lines were dropped: they came faster than they were taken, or could not be "
                + "written", to: &line)
        return write(line, isCounted: false)
    }

    private func reopenNow(_ batch: inout [UInt8]) {
        guard let problem = destination.reopen() else { return }
        encoder.append(
            .error, at: Timestamp.now(), logger: "vigie",
            "the log goes on in the file that is open: \(problem)", to: &batch)
    }
}
