import VigieRPC
import VigieTransport

/// Everything that a run needs to know before it begins.
package struct LoadPlan: Sendable {
    /// What decides when requests are sent.
    package enum Loop: Sendable {
        /// At set times, whatever comes back: what callers in the world do.
        case open(ArrivalSchedule)
        /// Each stream sends its next request when the last is answered, for so many seconds: for
        /// saturation only, since a slow server is asked less.
        case closed(seconds: Double)
    }

    package var loop: Loop
    /// Seconds after which nothing more is sent, and what was not sent has another ``drain``.
    package var seconds: Double
    package var targets: [LoadTarget]
    package var order: MixOrder
    /// Which request of which part each arrival is, for a replay; nil to go by ``order`` and in turn.
    package var script: [Script.Step]?
    package var address: SocketAddress
    package var connection = ClientOptions()
    package var tls: TLSContext?
    package var authority: String?
    /// TCP connections, shared out among the workers.
    package var connections = 8
    /// Calls at once on each connection.
    package var streams = 32
    /// Event loops, a thread each.
    package var workers = 1
    /// How long a call may take; it is reset after that, and counts as DEADLINE_EXCEEDED.
    package var timeout: Duration?
    /// Custom metadata of every call.
    package var metadata = Metadata()
    /// How long answers are waited for at the end.
    package var drain: Duration = .seconds(10)
    /// A connection is replaced after so many requests; nil keeps it.
    package var requestsPerConnection: Int?
    /// A streaming call is replaced after so many requests; nil keeps it.
    package var requestsPerStream: Int?
    /// So many connections (the first ones) read slowly.
    package var slowConnections = 0
    /// How long such a connection waits after each piece that it has read.
    package var readDelay: Duration = .milliseconds(100)
    package var tolerance = Tolerance()
    /// Whether the same row and version must always have the same answer.
    package var checksConsistency = true
    /// Wrong answers that are kept, to be shown.
    package var samplesMax = 10

    package init(
        loop: Loop, seconds: Double, targets: [LoadTarget], order: MixOrder, address: SocketAddress
    ) {
        self.loop = loop
        self.seconds = seconds
        self.targets = targets
        self.order = order
        self.address = address
    }

    /// Calls that one slot may have open: a streaming one, and a unary one.
    var callsPerSlot: Int {
        let hasStreaming = targets.contains { $0.entry.method.isStreaming }
        return hasStreaming && targets.contains { !$0.entry.method.isStreaming } ? 2 : 1
    }

    /// The header block of a part's calls; the same each time, so that it is laid out once.
    func headers(_ target: LoadTarget) -> [HeaderField] {
        var fields = [
            HeaderField(":method", "POST"),
            HeaderField(":scheme", tls == nil ? "http" : "https"),
            HeaderField(":path", target.entry.method.path),
            HeaderField(":authority", authority ?? address.description),
            HeaderField("te", "trailers"),
            HeaderField("content-type", "application/grpc"),
            HeaderField("user-agent", "vigie-load"),
        ]
        if let timeout, !target.entry.method.isStreaming {
            fields.append(HeaderField("grpc-timeout", GRPCTimeout.format(timeout)))
        }
        for entry in metadata where Metadata.isValidKey(entry.key) { fields += entry.headerFields }
        return fields
    }
}
