/// Where in a distributed trace a request stands: W3C Trace Context (`traceparent`, section 3.2) and
/// gRPC's binary form of the same (`grpc-trace-bin`).
///
/// All zeros stand for no trace, as both formats say that no valid identifier is zero.
public struct TraceContext: Equatable, Sendable, BitwiseCopyable {
    /// The first eight bytes of the trace's identifier, big-endian.
    public var traceHigh: UInt64
    /// The last eight bytes of the trace's identifier, big-endian.
    public var traceLow: UInt64
    /// The span that this is about, big-endian.
    public var span: UInt64
    /// `trace-flags`; bit 0 says that the trace is sampled.
    public var flags: UInt8

    @inlinable
    public init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.flags = flags
    }

    /// No trace.
    @inlinable
    public static var none: TraceContext {
        TraceContext(traceHigh: 0, traceLow: 0, span: 0, flags: 0)
    }

    /// Whether there is a trace at all.
    @inlinable
    public var isValid: Bool { (traceHigh | traceLow) != 0 && span != 0 }

    /// Whether spans of this trace are recorded.
    @inlinable
    public var isSampled: Bool { flags & 1 != 0 && isValid }
}
