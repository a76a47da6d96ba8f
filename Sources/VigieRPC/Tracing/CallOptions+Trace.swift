import VigieTelemetry
import VigieTransport

extension CallOptions {
    /// The header fields that carry ``trace``: W3C's, and gRPC's own for servers that know no other
    /// (gRFC A72). None without a valid one.
    var traceFields: [HeaderField] {
        guard trace.isValid else { return [] }
        var fields = [
            HeaderField("traceparent", trace.traceParent),
            HeaderField("grpc-trace-bin", bytes: Base64.encode(trace.traceBinary)),
        ]
        let state = TraceState.combined([traceState])
        if !state.isEmpty { fields.append(HeaderField("tracestate", state)) }
        return fields
    }
}
