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
        var fields: [LogEncoder.Field] = []
        if let parts = CallParts(record) {
            fields += [
                ("vigie.receive.duration", .integer(parts.receive)),
                ("vigie.decode.duration", .integer(parts.decode)),
                ("vigie.queue.duration", .integer(parts.queue)),
                ("vigie.inference.duration", .integer(parts.inference)),
                ("vigie.encode.duration", .integer(parts.encode)),
            ]
        }
        if let left = record.deadlineLeft {
            fields.append(("vigie.deadline_left", .integer(Int(left))))
        }
        return fields
    }
}

/// How long each part of the last request took, in nanoseconds.
struct CallParts {
    let receive: Int
    let decode: Int
    let queue: Int
    let inference: Int
    let encode: Int

    /// Nil for a call that answered no request.
    init?(_ record: CallRecord) {
        let stations = record.stations
        guard stations.isAnswered else { return nil }
        func between(_ start: UInt64, _ end: UInt64) -> Int {
            Int(clamping: end &- min(start, end))
        }
        receive = between(record.started, stations.began)
        decode = between(stations.began, stations.inputsRead)
        queue = between(stations.inputsRead, stations.started)
        inference = between(stations.started, stations.computed)
        encode = between(
            stations.computed, record.kind == .unary ? record.ended : stations.ended)
    }
}
