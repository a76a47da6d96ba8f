import Synchronization
import VigieTelemetry

/// What one loop's server has counted. The loop writes, any thread reads.
package final class RPCCounters: Sendable {
    /// The loop's index.
    let loop: Int
    /// Of calls to methods that there are not: one series, whatever callers make up.
    let unknownMethods = MethodCounters()
    /// Calls whose handlers have begun and whose streams are open.
    let active = LoopCounter()
    /// Answers that other threads work on.
    let deferred = LoopCounter()
    /// Bytes of requests that are not complete.
    let buffered = LoopCounter()
    /// Calls that the loop takes on in a round; 0 while nothing limits them.
    let callLimit = LoopCounter()
    private let shed: InlineArray<4, LoopCounter>
    private let refusals: InlineArray<8, LoopCounter>
    private let methods = Mutex<[(path: String, counters: MethodCounters)]>([])

    /// Why a call was turned away before a handler saw it, or ended without one.
    enum Refusal: Int, CaseIterable {
        /// As many calls are served as may be.
        case calls
        /// As many answers are worked on as may be.
        case deferred
        /// As many bytes of unfinished requests are held as may be.
        case buffer
        /// The header list is over its limit.
        case headers
        /// The deadline passed.
        case deadline
        /// The loop has as much to do as it can.
        case load
        /// The process has used the memory that it may use.
        case memory
        /// The caller leaves as many bytes of answers unread on the connection as may be.
        case unread

        var label: String {
            switch self {
            case .calls: "max_concurrent_calls"
            case .deferred: "max_deferred_calls"
            case .buffer: "max_buffered_request_bytes"
            case .headers: "max_header_bytes"
            case .deadline: "deadline"
            case .load: "load"
            case .memory: "memory"
            case .unread: "max_unread_bytes"
            }
        }
    }

    init(loop: Int) {
        self.loop = loop
        shed = InlineArray { _ in LoopCounter() }
        refusals = InlineArray { _ in LoopCounter() }
    }

    /// For the loop's thread.
    func refused(_ reason: Refusal) { refusals[reason.rawValue].add(1) }

    /// For the loop's thread: a call was turned away because of the load.
    func refused(_ priority: CallPriority) {
        refused(.load)
        shed[Int(priority.rawValue)].add(1)
    }

    /// From any thread.
    func count(_ priority: CallPriority) -> UInt64 { shed[Int(priority.rawValue)].current }

    /// From any thread.
    func count(_ reason: Refusal) -> UInt64 { refusals[reason.rawValue].current }

    /// Before the loop serves.
    func add(_ path: String, _ counters: MethodCounters) {
        methods.withLock { $0.append((path, counters)) }
    }

    /// Every method, in the order of registration.
    var all: [(path: String, counters: MethodCounters)] { methods.withLock { $0 } }
}
