import VigieRPC
import VigieTransport

/// One line for each call that ends: who called what, how it ended, how long it took. Calls that are
/// turned away, for load or because there is no such method, end too.
final class AccessLog: ServerInterceptor {
    private let log: Log

    init(_ log: Log) { self.log = log }

    func ended(_ call: ServerCall, _ status: RPCStatus, elapsed: Duration) {
        let path = call.path
        let microseconds = Int(elapsed / .microseconds(1))
        let identity = call.peerIdentity
        let peer = identity.map(\.description) ?? call.peerAddress
        let client: [(String, LogValue)] =
            identity.map {
                [
                    ("client.user.name", .text($0.description)),
                    ("tls.client.subject", .text($0.subject)),
                    ("tls.client.hash.sha256", .text($0.fingerprint.uppercased())),
                ]
            } ?? []
        log.write(
            .info, "\(peer) \(path) \(status) \(microseconds) us",
            fields: [
                ("client.address", .text(call.peerAddress)),
                ("rpc.method", .text(path)),
                ("rpc.grpc.status_code", .integer(status.code.rawValue)),
                ("event.duration", .integer(microseconds * 1000)),
            ] + client)
    }

    func refused(_ call: ServerCall, _ status: RPCStatus) {
        ended(call, status, elapsed: MonotonicTime.now().since(call.started))
    }
}
