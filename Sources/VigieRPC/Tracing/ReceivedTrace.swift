import VigieTelemetry

/// What a request's headers say of the trace that it is part of: `traceparent`, or `grpc-trace-bin`
/// from those who send nothing else. Taken where they lie, without allocation.
struct ReceivedTrace {
    private var parent = TraceContext.none
    private var parents: UInt8 = 0
    private var binary = TraceContext.none

    mutating func take(parent value: RawSpan) {
        parents = min(parents, 2) + 1
        parent = TraceContext(traceParent: value) ?? .none
    }

    mutating func take(binary value: RawSpan) {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        let count = Base64.decode(value, into: &bytes)
        guard count > 0 else { return }
        binary = TraceContext(traceBinary: bytes.span.bytes.extracting(..<count)) ?? .none
    }

    mutating func reset() {
        parents = 0
        parent = .none
        binary = .none
    }

    /// The caller's place in his trace; ``TraceContext/none`` when he has said nothing that is
    /// valid. Of two `traceparent`, neither counts.
    var context: TraceContext {
        if parents == 1, parent.isValid { return parent }
        return binary
    }

    /// Whether `tracestate` counts: beside a valid `traceparent` only.
    var hasParent: Bool { parents == 1 && parent.isValid }
}
