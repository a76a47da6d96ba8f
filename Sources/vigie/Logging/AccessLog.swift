import VigieRPC

/// One line for each call that ends: who called what, how it ended, how long it took.
final class AccessLog: ServerInterceptor {
    private let log: Log

    init(_ log: Log) { self.log = log }

    func ended(_ call: ServerCall, _ status: RPCStatus, elapsed: Duration) {
        let path = call.method?.path ?? "unknown method"
        let microseconds = Int(elapsed / .microseconds(1))
        let peer = call.peerIdentity.map(\.description) ?? call.peerAddress
        log.write(
            .info, "\(peer) \(path) \(status) \(microseconds) us",
            fields: [
                ("client.address", .text(call.peerAddress)),
                ("rpc.method", .text(path)),
                ("rpc.grpc.status_code", .integer(status.code.rawValue)),
                ("event.duration", .integer(microseconds * 1000)),
            ])
    }
}
