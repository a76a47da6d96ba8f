import Synchronization
import VigieProtos
import VigieTransport

/// Where the answer of a deferred call goes; any thread may use it, once. One that is let go unused
/// ends its call with INTERNAL, so that no caller waits for ever.
package struct DeferredReply<Response: Message>: Sendable {
    private let ticket: DeferredTicket

    init(_ state: DeferredState) { ticket = DeferredTicket(state) }

    /// True when nobody waits for the answer any more: work on it can stop.
    package var isCancelled: Bool { ticket.state.isCancelled }

    /// Answers: `fill` runs on the call's loop, unless the call has ended by then.
    /// - Parameter stations: when the request passed its stations; nil when it does not matter.
    package func finish(
        _ stations: CallStations? = nil,
        _ fill: @escaping @Sendable (Response) throws(RPCStatus) -> Void
    ) {
        ticket.settle { call in
            if let stations { call.note(stations) }
            call.guarded { () throws(RPCStatus) in
                // The loop's own arena is nobody's between two events.
                if !call.hasOwnArena { call.arena.reset() }
                let response = Response(in: call.arena)
                try fill(response)
                call.send(response)
                call.finish()
                call.method?.answered(call)
            }
        }
    }

    /// Ends the call with `status`.
    package func fail(_ status: RPCStatus) { ticket.settle { $0.finish(status) } }
}

extension ServerCall {
    /// For a unary method's handler whose answer comes later: it returns without one, and keeps the
    /// reply, which any thread may finish. The request is valid until the handler returns.
    ///
    /// - Throws: RESOURCE_EXHAUSTED while the loop waits for too many answers.
    package func deferReply<Response: Message>(
        _ type: Response.Type
    ) throws(RPCStatus) -> DeferredReply<Response> {
        precondition(method?.kind == .unary && deferred == nil, "only a unary call, and only once")
        try checkDeferral()
        let state = DeferredState(self)
        deferred = state
        return DeferredReply(state)
    }

    /// Throws when the loop waits for as many answers as it may.
    func checkDeferral() throws(RPCStatus) {
        guard server.deferredCalls < server.limits.maxDeferredCalls else {
            server.counters.refused(.deferred)
            throw .shed(
                "over \(server.limits.maxDeferredCalls) answers are being worked on",
                retryAfter: server.limits.shedRetryAfter)
        }
    }
}

/// Settles a deferred call exactly once, at the latest when its last holder lets go.
final class DeferredTicket: Sendable {
    let state: DeferredState
    private let isSettled = Atomic<Bool>(false)

    init(_ state: DeferredState) { self.state = state }

    deinit {
        guard !isSettled.load(ordering: .relaxed) else { return }
        state.settle { $0.finish(RPCStatus(.internal, "the handler gave no answer")) }
    }

    func settle(_ body: @escaping @Sendable (ServerCall) -> Void) {
        if !isSettled.exchange(true, ordering: .relaxed) { state.settle(body) }
    }
}

/// The thread-safe link between a deferred answer and its call, which only the loop touches.
final class DeferredState: @unchecked Sendable {
    private let loop: EventLoop
    // Used on the loop's thread only; calls are reused, so the generation tells whether it is ours.
    private let call: ServerCall
    private let generation: UInt64
    // Kept, since a call's own reference to it does not keep it alive.
    private let server: RPCHandler
    private let cancelled = Atomic<Bool>(false)

    init(_ call: ServerCall) {
        self.call = call
        server = call.server
        loop = call.loop
        generation = call.generation
        server.deferredCalls += 1
    }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() { cancelled.store(true, ordering: .releasing) }

    func settle(_ body: @escaping @Sendable (ServerCall) -> Void) {
        loop.execute { [self] in
            server.deferredCalls -= 1
            guard call.isOpen, call.generation == generation, !call.isFinished else { return }
            body(call)
        }
    }
}
