import VigieTransport

/// The flags of the test server: `--listen HOST:PORT --loops N --grace SECONDS --tls-cert F --tls-key F
/// --tls-ca F --tls-client none|optional|required --limit NAME=VALUE …` (durations in milliseconds).
struct Options {
    struct Unknown: Error, CustomStringConvertible {
        let description: String
    }

    var listen = "127.0.0.1:0"
    var loops = 1
    var grace: Duration = .seconds(5)
    var limits = ServerLimits()
    var tls: TLSConfiguration?

    init(_ arguments: [String]) throws(Unknown) {
        // The suites send thousands of pings and resets where that is not what they are about.
        var rest = arguments[...]
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else {
                throw Unknown(description: "\(flag) needs a value")
            }
            switch flag {
            case "--listen": listen = value
            case "--loops": loops = Int(value) ?? 1
            case "--grace": grace = .milliseconds(Int(value) ?? 5000)
            case "--tls-cert":
                tls = tls ?? .init()
                tls?.certificateFile = value
            case "--tls-key":
                tls = tls ?? .init()
                tls?.keyFile = value
            case "--tls-ca":
                tls = tls ?? .init()
                tls?.authorityFile = value
            case "--tls-client":
                tls = tls ?? .init()
                tls?.peerCertificate = .init(rawValue: value) ?? .none
            case "--limit":
                let parts = value.split(separator: "=")
                guard parts.count == 2, let number = Int(parts[1]) else {
                    throw Unknown(description: "\(value) is not NAME=NUMBER")
                }
                try set(String(parts[0]), number)
            default: throw Unknown(description: "unknown flag \(flag)")
            }
        }
    }

    private mutating func set(_ name: String, _ value: Int) throws(Unknown) {
        let time = Duration.milliseconds(value)
        switch name {
        case "maxConcurrentStreams": limits.http2.maxConcurrentStreams = UInt32(value)
        case "maxHeaderListBytes": limits.http2.maxHeaderListBytes = UInt32(value)
        case "streamWindowBytes": limits.http2.streamWindowBytes = Int32(value)
        case "connectionWindowBytes": limits.http2.connectionWindowBytes = Int32(value)
        case "pausedBytesMax": limits.http2.pausedBytesMax = value
        case "resetBurst": limits.http2.resetBurst = UInt64(value)
        case "resetsPerSecond": limits.http2.resetsPerSecond = UInt64(value)
        case "maxContinuations": limits.http2.maxContinuations = value
        case "maxOutboundAcks": limits.http2.maxOutboundAcks = value
        case "maxConnections": limits.maxConnections = value
        case "handshakeTimeout": limits.handshakeTimeout = time
        case "maxIdle": limits.maxIdle = time
        case "maxAge": limits.maxAge = time
        case "maxAgeGrace": limits.maxAgeGrace = time
        case "writeTimeout": limits.writeTimeout = time
        case "headerTimeout": limits.headerTimeout = time
        case "requestTimeout": limits.requestTimeout = time
        case "keepaliveTime": limits.keepaliveTime = time
        case "keepaliveTimeout": limits.keepaliveTimeout = time
        case "minPingInterval": limits.minPingInterval = time
        case "maxPingStrikes": limits.maxPingStrikes = value
        case "permitPingWithoutStreams": limits.permitPingWithoutStreams = value != 0
        case "acceptBacklog": limits.acceptBacklog = Int32(value)
        default: throw Unknown(description: "unknown limit \(name)")
        }
    }
}
