/// The command line of `vigie-interop`.
struct Options {
    var host = "127.0.0.1"
    var port: UInt16 = 0
    var loops = 1
    var graceSeconds = 10
    var tlsCertificate: String?
    var tlsKey: String?
    var tlsClientAuthority: String?
    var requestBytesMax: Int?
    var responseBytesMax: Int?
    var headerListBytesMax: Int?
    var callsMax: Int?
    var deferredMax: Int?
    var maxIdleMilliseconds: Int?
    var requestTimeoutMilliseconds: Int?
    var pingIntervalMilliseconds: Int?
    /// Callers must send `authorization: Bearer` with this token.
    var token: String?
    /// Prints a line for each call that has ended.
    var accessLog = false
    /// Instead of serving: the interop case to run as a client, or a comma-separated list of them.
    var clientCases: String?
    var serverName: String?

    static let usage = """
        usage: vigie-interop [--host H] [--port P] [--loops N] [--grace SECONDS]
            [--tls-cert FILE --tls-key FILE [--tls-client-ca FILE]]
            [--request-bytes-max N] [--response-bytes-max N] [--header-list-bytes-max N]
            [--calls-max N] [--deferred-max N] [--max-idle-ms N] [--request-timeout-ms N] [--ping-interval-ms N]
            [--token T] [--access-log]
               vigie-interop --client CASE[,CASE...] --port P [--host H]
            [--tls-ca FILE [--server-name NAME]]
        """

    struct Failure: Error { let message: String }

    init(_ arguments: [String]) throws(Failure) {
        var rest = arguments[...]
        func value(of flag: String) throws(Failure) -> String {
            guard let value = rest.popFirst() else {
                throw Failure(message: "\(flag) needs a value")
            }
            return value
        }
        func number<N: FixedWidthInteger>(_ flag: String) throws(Failure) -> N {
            let text = try value(of: flag)
            guard let number = N(text) else {
                throw Failure(message: "\(flag) needs a number, not '\(text)'")
            }
            return number
        }
        while let flag = rest.popFirst() {
            switch flag {
            case "--host": host = try value(of: flag)
            case "--port": port = try number(flag)
            case "--loops": loops = try number(flag)
            case "--grace": graceSeconds = try number(flag)
            case "--tls-cert": tlsCertificate = try value(of: flag)
            case "--tls-key": tlsKey = try value(of: flag)
            case "--tls-client-ca", "--tls-ca": tlsClientAuthority = try value(of: flag)
            case "--request-bytes-max": requestBytesMax = try number(flag)
            case "--response-bytes-max": responseBytesMax = try number(flag)
            case "--header-list-bytes-max": headerListBytesMax = try number(flag)
            case "--calls-max": callsMax = try number(flag)
            case "--deferred-max": deferredMax = try number(flag)
            case "--max-idle-ms": maxIdleMilliseconds = try number(flag)
            case "--request-timeout-ms": requestTimeoutMilliseconds = try number(flag)
            case "--ping-interval-ms": pingIntervalMilliseconds = try number(flag)
            case "--token": token = try value(of: flag)
            case "--access-log": accessLog = true
            case "--client": clientCases = try value(of: flag)
            case "--server-name": serverName = try value(of: flag)
            default: throw Failure(message: "unknown flag \(flag)")
            }
        }
    }
}
