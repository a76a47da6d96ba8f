import VigieRPC

/// Lets in only those who bring the token; health checks need none.
final class TokenAuth: ServerInterceptor {
    private let expected: String

    init(token: String) { expected = "Bearer " + token }

    func began(_ call: ServerCall) throws(RPCStatus) {
        if call.path.hasPrefix("/grpc.health.v1.Health/") { return }
        guard let given = call.metadataValue("authorization") else {
            throw RPCStatus(.unauthenticated, "no authorization")
        }
        guard given == expected else {
            throw RPCStatus(.permissionDenied, "this token is not accepted")
        }
    }
}

/// Prints a line for each call that has ended or was refused.
final class AccessLog: ServerInterceptor {
    private let write: (String) -> Void

    init(write: @escaping (String) -> Void) { self.write = write }

    func ended(_ call: ServerCall, _ status: RPCStatus, elapsed: Duration) {
        write("\(call.path) \(status.code.name) \(call.requestMessages) \(call.responseMessages)")
    }

    func refused(_ call: ServerCall, _ status: RPCStatus) {
        write("\(call.path) \(status.code.name) refused")
    }
}
