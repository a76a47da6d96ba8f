import VigieTelemetry

extension ServerCall {
    /// `tracestate` as it came, in one list; empty when it is invalid or there is none.
    package var traceState: String {
        guard headers.trace.hasParent, !headers.store.isEmpty else { return "" }
        let values = headers.store.all("tracestate")
        return values.isEmpty ? "" : TraceState.combined(values)
    }

    /// Options for a call that this one makes: the same trace, with this call as the caller, and no
    /// later an end.
    package var optionsForCallsOfThis: CallOptions {
        var options = CallOptions()
        options.deadline = deadline
        options.trace = trace
        options.traceState = traceState
        return options
    }
}
