import VigieTransport

/// A name for a call that any thread may hold, also after the call has ended.
package struct CallReference: Sendable {
    private let target: Target

    init(_ call: ServerCall) { target = Target(call) }

    /// Runs `body` on the call's loop, unless the call has ended by then.
    package func execute(_ body: @escaping @Sendable (ServerCall) -> Void) {
        target.loop.execute { [target] in
            if let call = target.current { body(call) }
        }
    }

    // Calls are used again, so the generation tells whether the object still serves this one. Only
    // the loop's thread looks into the call.
    private final class Target: @unchecked Sendable {
        let loop: EventLoop
        private let call: ServerCall
        private let generation: UInt64

        init(_ call: ServerCall) {
            self.call = call
            loop = call.loop
            generation = call.generation
        }

        var current: ServerCall? {
            call.isOpen && call.generation == generation && !call.isFinished ? call : nil
        }
    }
}
