import Synchronization
import VigieProtos
import VigieTransport

/// Where the answer of a deferred call goes; any thread may use it, once.
package struct DeferredReply<Response: Message>: Sendable {
    let state: DeferredState

    init(_ call: ServerCall) { state = DeferredState(call) }

    /// True when nobody waits for the answer any more: work on it can stop.
    package var isCancelled: Bool { state.isCancelled }

    /// Answers: `fill` runs on the call's loop, unless the call has ended by then.
    package func finish(_ fill: @escaping @Sendable (Response) throws(RPCStatus) -> Void) {
        state.onLoop { call in
            let response = Response(in: call.arena)
            do throws(RPCStatus) { try fill(response) } catch { return call.finish(error) }
            call.send(response)
            call.finish()
        }
    }

    package func fail(_ status: RPCStatus) { state.onLoop { $0.finish(status) } }
}

/// The thread-safe link between a deferred answer and its call, which only the loop touches.
final class DeferredState: @unchecked Sendable {
    private let loop: EventLoop
    // Used on the loop's thread only; calls are reused, so the generation tells whether it is ours.
    private let call: ServerCall
    private let generation: UInt64
    private let cancelled = Atomic<Bool>(false)

    init(_ call: ServerCall) {
        self.call = call
        loop = call.loop
        generation = call.generation
    }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() { cancelled.store(true, ordering: .releasing) }

    func onLoop(_ body: @escaping @Sendable (ServerCall) -> Void) {
        loop.execute { [self] in
            guard call.isOpen, call.generation == generation, !call.isFinished else { return }
            body(call)
        }
    }
}
