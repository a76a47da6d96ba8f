import VigieRPC
import VigieTelemetry
import VigieTransport

/// What a request comes with besides its message.
struct RequestContext: BitwiseCopyable {
    /// When its message was whole, before it was decoded, in nanoseconds of the monotonic clock.
    var began: UInt64
    var deadline = MonotonicTime.never
    var trace = TraceContext.none

    /// Of a request that came by no call.
    static func now() -> RequestContext { RequestContext(began: MonotonicTime.now().nanoseconds) }
}

extension ServerCall {
    /// Of the message that is being handled.
    @inline(__always)
    var context: RequestContext {
        RequestContext(began: messageArrived.nanoseconds, deadline: deadline, trace: trace)
    }
}
