import ArgumentParser
import VigieCommandLine
import VigieLoad
import VigieTransport

/// Whom to ask, and over which connections.
struct TargetOptions: ParsableArguments {
    @Option(
        help: .init(
            "Server to ask. Another machine than this one must be named on the command line itself: load is a weapon.",
            valueName: "host:port"))
    var target = "127.0.0.1:8500"

    @Option(help: .init("TCP connections.", valueName: "n"))
    var connections = 8

    @Option(help: .init("Calls at once on each connection.", valueName: "n"))
    var streams = 32

    @Option(help: .init("Event loops of the generator, a thread each.", valueName: "n"))
    var workers = 1

    @Option(help: .init("How long connecting may take.", valueName: "time"))
    var connectTimeout = TimeSpan(.seconds(10))

    @Option(
        help: .init(
            "A call is given up after this, as DEADLINE_EXCEEDED; sent as grpc-timeout.",
            valueName: "time"))
    var timeout: TimeSpan?

    @Option(
        help: .init(
            "Metadata of every call; more than once for several. A key that ends in -bin takes base 64.",
            valueName: "key:value"))
    var metadata: [String] = []

    @Option(help: .init(":authority; default: the target.", valueName: "name"))
    var authority: String?

    @Flag(inversion: .prefixedNo, help: "TLS instead of cleartext.")
    var tls = false

    @Option(
        help: .init(
            "PEM bundle of authorities; default: the system's. Turns TLS on.", valueName: "file"))
    var tlsCa: String?

    @Option(help: .init("PEM certificate of the caller (mTLS).", valueName: "file"))
    var tlsCert: String?

    @Option(help: .init("PEM key of that certificate.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: .init(
            "Name that the server's certificate must carry; default: the target's host.",
            valueName: "name"))
    var tlsServerName: String?

    @Option(
        help: .init(
            "Each connection is replaced after so many requests (connection churn).", valueName: "n"
        ))
    var requestsPerConnection: Int?

    @Option(
        help: .init(
            "Each streaming call is replaced after so many requests; default: never.",
            valueName: "n"))
    var requestsPerStream: Int?

    @Option(
        help: .init(
            "So many of the connections read slowly; their answers are counted apart.",
            valueName: "n"))
    var slowConnections = 0

    @Option(help: .init("How long these wait after each piece that they read.", valueName: "time"))
    var readDelay = TimeSpan(.milliseconds(100))

    @Option(
        help: .init(
            "Bytes that the server may send ahead on one call: small ones make slow readers felt.",
            valueName: "bytes"))
    var streamWindow = ByteCount(256 * 1024)

    func validate() throws {
        try check("connections", connections, 1...100_000)
        try check("streams", streams, 1...100_000)
        try check("workers", workers, 1...64)
        try check("slow-connections", slowConnections, 0...connections)
        try check("stream-window", streamWindow.bytes, 1...(1 << 31 - 1))
        if connections.multipliedReportingOverflow(by: streams).partialValue > 2_000_000 {
            throw ValidationError(
                "--connections \(connections) and --streams \(streams) are over 2,000,000 calls at once."
            )
        }
        if let requestsPerConnection {
            try check("requests-per-connection", requestsPerConnection, 1...1_000_000_000)
        }
        if let requestsPerStream {
            try check("requests-per-stream", requestsPerStream, 1...1_000_000_000)
        }
        if let timeout, timeout.seconds <= 0 || timeout.seconds > 3600 {
            throw ValidationError("--timeout must be over 0 and at most 1h.")
        }
        if (tlsCert == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-cert and --tls-key go together.")
        }
        if workers > connections {
            throw ValidationError(
                "--workers is \(workers), but there are only \(connections) connections to share out."
            )
        }
    }

    private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "--\(name) is \(value); it must be \(range.lowerBound) to \(range.upperBound).")
        }
    }
}
