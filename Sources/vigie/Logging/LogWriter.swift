import Glibc
import Synchronization

/// Puts log lines on standard error from a thread of its own, so that a reader that is slow to take
/// them never holds up a loop. What does not fit into the buffer is dropped and counted.
final class LogWriter: @unchecked Sendable {
    /// Bytes that may wait to be written.
    static let bufferBytes = 4 << 20

    private struct State {
        var lines: [UInt8] = []
        var dropped = 0
        var stopped = false
    }

    // Guarded by `lock`; a condition variable, which Synchronization does not have yet, wakes the thread.
    private var state = State()
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var thread = pthread_t()

    init() {
        pthread_mutex_init(lock, nil)
        pthread_cond_init(filled, nil)
        // The thread owns the writer too, which therefore lives until `stop()` has ended it.
        let this = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { raw in
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                Unmanaged<LogWriter>.fromOpaque(raw!).takeRetainedValue().run()
                return nil
            }, this)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(filled)
        lock.deallocate()
        filled.deallocate()
    }

    func append(_ line: String) {
        pthread_mutex_lock(lock)
        if state.lines.count + line.utf8.count <= Self.bufferBytes {
            state.lines.append(contentsOf: line.utf8)
        } else {
            state.dropped += 1
        }
        pthread_mutex_unlock(lock)
        pthread_cond_signal(filled)
    }

    /// Writes what waits and ends the thread.
    func stop() {
        pthread_mutex_lock(lock)
        state.stopped = true
        pthread_mutex_unlock(lock)
        pthread_cond_signal(filled)
        pthread_join(thread, nil)
    }

    private func run() {
        var batch: [UInt8] = []
        while true {
            pthread_mutex_lock(lock)
            while state.lines.isEmpty, !state.stopped { pthread_cond_wait(filled, lock) }
            swap(&batch, &state.lines)
            let dropped = state.dropped
            state.dropped = 0
            let isLast = state.stopped
            pthread_mutex_unlock(lock)
            if dropped > 0 { batch.append(contentsOf: "\(dropped) log lines dropped\n".utf8) }
            StandardStream.error.write(batch)
            batch.removeAll(keepingCapacity: batch.capacity <= 1 << 16)
            if isLast { return }
        }
    }

}
