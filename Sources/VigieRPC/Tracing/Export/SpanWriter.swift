import VigieProtos
import VigieTelemetry
import VigieTransport

/// Writes calls as OpenTelemetry's spans: one for the call, named and with the attributes that gRFC
/// A72 and the semantic conventions for RPC (1.39) say, and below it one for each part of the
/// answering.
struct SpanWriter {
    typealias Span = OpentelemetryProtoTraceV1.Span
    typealias Attribute = OpentelemetryProtoCommonV1.KeyValue

    /// Adds this to a time of the monotonic clock to have nanoseconds since 1970.
    let clockOffset: UInt64
    /// Where calls come in.
    let server: SocketAddress?
    var random: TraceRandom

    /// - Returns: how many spans there are.
    mutating func write(
        _ record: CallRecord, to scope: OpentelemetryProtoTraceV1.ScopeSpans
    ) -> Int {
        writeCall(record, to: scope.addSpans())
        var count = 1
        let requests = record.streamed.isEmpty ? [record.stations] : record.streamed
        for part in requests.lazy.flatMap({ record.parts(of: $0) })
        where part.name != .queue || part.nanoseconds > 0 {
            writePart(part, of: record, to: scope.addSpans())
            count += 1
        }
        return count
    }

    private func writeCall(_ record: CallRecord, to span: Span) {
        let trace = record.trace
        let parent = record.caller.isValid ? record.caller.span : 0
        frame(span, trace, trace.span, parent: parent, record.started, record.ended)
        span.flags |= record.caller.isValid ? 0x300 : 0x100
        if !record.traceState.isEmpty { span.setTraceState(record.traceState) }
        let name =
            record.isKnown ? "\(record.service).\(record.method)" : "_OTHER"
        span.setName("Recv." + name)
        span.kind = .server
        if record.code.isServersFault {
            let status = span.mutableStatus()
            status.code = .error
            status.setMessage(record.message)
        }
        writeAttributes(record, to: span)
    }

    private func writeAttributes(_ record: CallRecord, to span: Span) {
        // The name until version 1.38 of the conventions, and since.
        span.addAttributes().set("rpc.system", "grpc")
        span.addAttributes().set("rpc.system.name", "grpc")
        if record.isKnown {
            span.addAttributes().set("rpc.method", String(record.path.dropFirst()))
        } else {
            span.addAttributes().set("rpc.method", "_OTHER")
            span.addAttributes().set("rpc.method_original", record.path)
        }
        span.addAttributes().set("rpc.response.status_code", record.code.name)
        if record.code.isServersFault { span.addAttributes().set("error.type", record.code.name) }
        if let server {
            span.addAttributes().set("server.address", server.host)
            span.addAttributes().set("server.port", Int(server.port))
        }
        let (host, port) = record.peerAddress.hostAndPort
        span.addAttributes().set("network.peer.address", host)
        if let port { span.addAttributes().set("network.peer.port", port) }
        if !record.userAgent.isEmpty {
            span.addAttributes().set("user_agent.original", record.userAgent)
        }
        if !record.model.isEmpty {
            span.addAttributes().set("vigie.model", record.model)
            span.addAttributes().set("vigie.version", record.version)
            span.addAttributes().set("vigie.arm", record.arm.label)
        }
        span.addAttributes().set("vigie.rows", record.rows)
        span.addAttributes().set("vigie.loop", record.loop)
        span.addAttributes().set("vigie.request.messages", record.requestMessages)
        span.addAttributes().set("vigie.response.messages", record.responseMessages)
        span.addAttributes().set("vigie.request.bytes", record.requestBytes)
        span.addAttributes().set("vigie.response.bytes", record.responseBytes)
    }

    private mutating func writePart(
        _ part: CallPart, of record: CallRecord, to span: Span
    ) {
        frame(
            span, record.trace, random.nextSpan(), parent: record.trace.span, part.start, part.end)
        span.flags |= 0x100
        span.setName(part.name.rawValue)
        span.kind = .internal
    }

    private func frame(
        _ span: Span, _ trace: TraceContext, _ id: UInt64, parent: UInt64, _ start: UInt64,
        _ end: UInt64
    ) {
        span.setTraceId(trace.traceIDBytes.span.bytes)
        span.setSpanId(TraceContext.spanIDBytes(id).span.bytes)
        if parent != 0 { span.setParentSpanId(TraceContext.spanIDBytes(parent).span.bytes) }
        // The call is recorded, whatever its caller's flag says.
        span.flags = UInt32(trace.flags | 1)
        span.startTimeUnixNano = start &+ clockOffset
        span.endTimeUnixNano = max(start, end) &+ clockOffset
    }
}

extension OpentelemetryProtoCommonV1.KeyValue {
    func set(_ name: String, _ value: String) {
        setKey(name)
        mutableValue().setStringValue(value)
    }

    func set(_ name: String, _ value: Int) {
        setKey(name)
        mutableValue().intValue = Int64(value)
    }
}

extension String {
    /// `HOST:PORT` or `[IPV6]:PORT` in its parts; the whole when it is neither.
    package var hostAndPort: (host: String, port: Int?) {
        guard let colon = lastIndex(of: ":"), let port = Int(self[index(after: colon)...]) else {
            return (self, nil)
        }
        let host = self[..<colon]
        return (
            host.hasPrefix("[") && host.hasSuffix("]")
                ? String(host.dropFirst().dropLast()) : String(host), port
        )
    }
}
