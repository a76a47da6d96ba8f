import VigieRPC
import VigieTelemetry

/// A call in Elastic Common Schema. What ECS has no name for is named as OpenTelemetry's semantic
/// conventions do (`rpc.…`), or below `vigie.`.
enum CallFields {
    /// - Parameter offset: from the monotonic clock to the wall clock.
    static func all(
        _ record: CallRecord, dataset: StaticString, _ offset: UInt64
    ) -> [LogEncoder.Field] {
        let (host, port) = record.peerAddress.hostAndPort
        var fields: [LogEncoder.Field] = [
            ("event.kind", .text("event")), ("event.category", .list(["web"])),
            ("event.type", .list(["access"])), ("event.dataset", .text(dataset.description)),
            ("event.action", .text("rpc")),
            ("event.outcome", .text(record.code == .ok ? "success" : "failure")),
            ("event.duration", .integer(Int(clamping: record.elapsed))),
            ("event.start", .text(Timestamp.text(record.started &+ offset))),
            ("event.end", .text(Timestamp.text(record.ended &+ offset))),
            ("trace.id", .text(record.trace.traceID)), ("span.id", .text(record.trace.spanID)),
            ("transaction.id", .text(record.trace.spanID)),
            ("client.address", .text(record.peerAddress)), ("client.ip", .text(host)),
            ("client.bytes", .integer(record.requestBytes)),
            ("server.bytes", .integer(record.responseBytes)),
            ("url.path", .text(record.path)), ("http.version", .text("2")),
            ("rpc.system", .text("grpc")), ("rpc.method", .text(record.path)),
            ("rpc.grpc.status_code", .integer(record.code.rawValue)),
            ("rpc.response.status_code", .text(record.code.name)),
            ("vigie.rows", .integer(record.rows)), ("vigie.loop", .integer(record.loop)),
            ("vigie.request.messages", .integer(record.requestMessages)),
            ("vigie.response.messages", .integer(record.responseMessages)),
        ]
        if let port { fields.append(("client.port", .integer(port))) }
        if !record.userAgent.isEmpty {
            fields.append(("user_agent.original", .text(record.userAgent)))
        }
        if let identity = record.peerIdentity {
            fields += [
                ("client.user.name", .text(identity.description)),
                ("tls.client.subject", .text(identity.subject)),
                ("tls.client.hash.sha256", .text(identity.fingerprint.uppercased())),
            ]
        }
        if !record.model.isEmpty {
            fields += [
                ("vigie.model", .text(record.model)),
                ("vigie.model_version", .text(record.version)),
                ("vigie.arm", .text(record.arm.label)),
            ]
        }
        if record.code != .ok {
            fields += [
                ("error.code", .text(record.code.name)), ("error.message", .text(record.message)),
            ]
        }
        return fields
    }

    /// Nanoseconds at each station of the last request, and what was left of the deadline.
    static func stations(_ record: CallRecord) -> [LogEncoder.Field] {
        var fields: [LogEncoder.Field] = record.parts(of: record.stations).map {
            ($0.name.field, .integer(Int(clamping: $0.nanoseconds)))
        }
        if let left = record.deadlineLeft {
            fields.append(("vigie.deadline_left", .integer(Int(left))))
        }
        return fields
    }
}

extension CallPart.Name {
    fileprivate var field: StaticString {
        switch self {
        case .receive: "vigie.receive.duration"
        case .decode: "vigie.decode.duration"
        case .queue: "vigie.queue.duration"
        case .inference: "vigie.inference.duration"
        case .encode: "vigie.encode.duration"
        }
    }
}
