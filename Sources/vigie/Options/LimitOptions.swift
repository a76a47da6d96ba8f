import ArgumentParser
import VigieCommandLine
import VigieRPC
import VigieTransport

/// The bounds that a pod puts on its callers, one flag each.
struct LimitOptions: ParsableArguments {
    private static let server = ServerLimits()
    private static let rpc = RPCLimits()

    @Option(help: .init("Connections at once; further ones are closed on arrival.", valueName: "n"))
    var maxConnections = LimitOptions.server.maxConnections

    @Option(help: .init("Calls at once on one connection.", valueName: "n"))
    var maxConcurrentStreams = Int(LimitOptions.server.http2.maxConcurrentStreams)

    @Option(help: .init("Calls at once on one loop, all connections together.", valueName: "n"))
    var maxConcurrentCalls = LimitOptions.rpc.maxConcurrentCalls

    @Option(help: .init("Answers that a loop waits for from other threads.", valueName: "n"))
    var maxDeferredCalls = LimitOptions.rpc.maxDeferredCalls

    @Option(
        help: .init("When a caller that was refused for load may come back.", valueName: "time"))
    var shedRetryAfter = TimeSpan(LimitOptions.rpc.shedRetryAfter)

    // 100,000 rows of 30 features are 12 MB as FP32, 24 MB as FP64.
    @Option(help: .init("Largest request message, decompressed.", valueName: "bytes"))
    var maxRequestBytes = ByteCount(32 << 20)

    @Option(help: .init("Largest response message.", valueName: "bytes"))
    var maxResponseBytes = ByteCount(LimitOptions.rpc.maxResponseBytes)

    @Option(help: .init("Unfinished requests that a loop holds.", valueName: "bytes"))
    var maxBufferedRequestBytes = ByteCount(LimitOptions.rpc.maxBufferedRequestBytes)

    @Option(
        help: .init(
            "Answers that a connection's caller may leave unread; further calls of his are refused.",
            valueName: "bytes"))
    var maxUnreadBytes = ByteCount(LimitOptions.rpc.maxUnreadBytes)

    @Option(help: .init("Largest header list of a call (RFC 9113 §6.5.2).", valueName: "bytes"))
    var maxHeaderBytes = ByteCount(LimitOptions.rpc.maxHeaderListBytes)

    @Option(help: .init("Time for the TLS handshake and HTTP/2's first frame.", valueName: "time"))
    var handshakeTimeout = TimeSpan(LimitOptions.server.handshakeTimeout)

    @Option(help: .init("Time for a header block to arrive whole.", valueName: "time"))
    var headerTimeout = TimeSpan(LimitOptions.server.headerTimeout)

    @Option(help: .init("Time for a unary request to arrive whole.", valueName: "time"))
    var requestTimeout = TimeSpan(LimitOptions.server.requestTimeout)

    @Option(
        help: .init("A caller that takes no bytes for this long is cut off.", valueName: "time"))
    var writeTimeout = TimeSpan(LimitOptions.server.writeTimeout)

    @Option(
        help: .init("A connection without calls for this long is asked to go.", valueName: "time"))
    var maxConnectionIdle = TimeSpan(LimitOptions.server.maxIdle)

    @Option(help: .init("A connection this old (±10 %) is asked to go.", valueName: "time"))
    var maxConnectionAge = TimeSpan(LimitOptions.server.maxAge)

    @Option(help: .init("How long calls of such a connection may still run.", valueName: "time"))
    var maxConnectionAgeGrace = TimeSpan(LimitOptions.server.maxAgeGrace)

    @Option(help: .init("A silent caller is pinged after this long.", valueName: "time"))
    var keepaliveTime = TimeSpan(LimitOptions.server.keepaliveTime)

    @Option(help: .init("And cut off when it does not answer within this.", valueName: "time"))
    var keepaliveTimeout = TimeSpan(LimitOptions.server.keepaliveTimeout)

    @Option(help: .init("Callers' own pings must be this far apart.", valueName: "time"))
    var minPingInterval = TimeSpan(LimitOptions.server.minPingInterval)

    @Option(help: .init("How many pings may come too early.", valueName: "n"))
    var maxPingStrikes = LimitOptions.server.maxPingStrikes

    @Flag(inversion: .prefixedNo, help: "Whether callers may ping while they have no call.")
    var permitPingsWithoutCalls = LimitOptions.server.permitPingWithoutStreams

    @Option(help: .init("Requests that a caller gives up at once (rapid reset).", valueName: "n"))
    var resetBurst = Int(LimitOptions.server.http2.resetBurst)

    @Option(help: .init("And per second from then on.", valueName: "n"))
    var resetsPerSecond = Int(LimitOptions.server.http2.resetsPerSecond)

    @Option(
        help: .init("SETTINGS, PRIORITY and empty DATA frames of a caller at once.", valueName: "n")
    )
    var controlFrameBurst = LimitOptions.server.controlFrameBurst

    @Option(help: .init("And per second from then on.", valueName: "n"))
    var controlFramesPerSecond = LimitOptions.server.controlFramesPerSecond

    @Option(help: .init("Calls a second with too large header lists.", valueName: "n"))
    var oversizedHeadersBurst = LimitOptions.server.oversizedHeadersBurst

    @Option(help: .init("PING and SETTINGS answers that may wait to be written.", valueName: "n"))
    var maxOutboundAcks = LimitOptions.server.http2.maxOutboundAcks

    @Option(help: .init("CONTINUATION frames in one header block.", valueName: "n"))
    var maxContinuations = LimitOptions.server.http2.maxContinuations

    @Option(help: .init("Bytes a caller may send ahead on one call.", valueName: "bytes"))
    var streamWindow = ByteCount(Int(LimitOptions.server.http2.streamWindowBytes))

    @Option(help: .init("Bytes a caller may send ahead on one connection.", valueName: "bytes"))
    var connectionWindow = ByteCount(Int(LimitOptions.server.http2.connectionWindowBytes))

    @Option(
        help: .init(
            "Bytes that calls of one connection that do not read may hold.", valueName: "bytes"))
    var maxPausedBytes = ByteCount(LimitOptions.server.http2.pausedBytesMax)

    @Option(
        help: .init(
            "Memory in RAM above which calls are turned away; default: nine tenths of what the control group or the machine has.",
            valueName: "bytes"))
    var maxMemory: ByteCount?

    @Option(help: .init("Connections waiting in the kernel to be accepted.", valueName: "n"))
    var acceptBacklog = Int(LimitOptions.server.acceptBacklog)

    func validate() throws {
        try check("max-connections", maxConnections, 1...10_000_000)
        try check("max-concurrent-streams", maxConcurrentStreams, 1...1_000_000)
        try check("max-request-bytes", maxRequestBytes.bytes, 1...Int(Int32.max))
        try check("max-response-bytes", maxResponseBytes.bytes, 1...Int(Int32.max))
        try check("max-unread-bytes", maxUnreadBytes.bytes, 65_536...Int.max)
        if let maxMemory { try check("max-memory", maxMemory.bytes, (16 << 20)...Int.max) }
        try check("max-header-bytes", maxHeaderBytes.bytes, 1024...(1 << 20))
        try check("max-concurrent-calls", maxConcurrentCalls, 1...10_000_000)
        try check("max-deferred-calls", maxDeferredCalls, 1...10_000_000)
        try check("max-ping-strikes", maxPingStrikes, 0...1000)
        try check("control-frame-burst", controlFrameBurst, 10...1_000_000)
        try check("control-frames-per-second", controlFramesPerSecond, 1...1_000_000)
        try check("oversized-headers-burst", oversizedHeadersBurst, 1...1_000_000)
        try check("max-outbound-acks", maxOutboundAcks, 10...1_000_000)
        try check("accept-backlog", acceptBacklog, 1...65_535)
        try check("reset-burst", resetBurst, 1...1_000_000)
        try check("resets-per-second", resetsPerSecond, 1...1_000_000)
        try check("max-continuations", maxContinuations, 1...1000)
        try check("stream-window", streamWindow.bytes, 65_535...Int(Int32.max))
        try check("connection-window", connectionWindow.bytes, 65_535...Int(Int32.max))
    }

    private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "--\(name) is \(value); it must be \(range.lowerBound) to \(range.upperBound).")
        }
    }

    /// What the transport enforces.
    var serverLimits: ServerLimits {
        var limits = ServerLimits()
        limits.maxConnections = maxConnections
        limits.http2.maxConcurrentStreams = UInt32(maxConcurrentStreams)
        limits.http2.maxHeaderListBytes = UInt32(maxHeaderBytes.bytes)
        limits.http2.resetBurst = UInt64(resetBurst)
        limits.http2.resetsPerSecond = UInt64(resetsPerSecond)
        limits.http2.maxContinuations = maxContinuations
        limits.http2.streamWindowBytes = Int32(streamWindow.bytes)
        limits.http2.connectionWindowBytes = Int32(connectionWindow.bytes)
        limits.http2.maxOutboundAcks = maxOutboundAcks
        limits.http2.pausedBytesMax = maxPausedBytes.bytes
        limits.controlFrameBurst = controlFrameBurst
        limits.controlFramesPerSecond = controlFramesPerSecond
        limits.oversizedHeadersBurst = oversizedHeadersBurst
        limits.maxPingStrikes = maxPingStrikes
        limits.acceptBacklog = Int32(acceptBacklog)
        limits.headerTimeout = headerTimeout.duration
        limits.requestTimeout = requestTimeout.duration
        limits.handshakeTimeout = handshakeTimeout.duration
        limits.requestTimeout = requestTimeout.duration
        limits.writeTimeout = writeTimeout.duration
        limits.maxIdle = maxConnectionIdle.duration
        limits.maxAge = maxConnectionAge.duration
        limits.maxAgeGrace = maxConnectionAgeGrace.duration
        limits.keepaliveTime = keepaliveTime.duration
        limits.keepaliveTimeout = keepaliveTimeout.duration
        limits.minPingInterval = minPingInterval.duration
        limits.permitPingWithoutStreams = permitPingsWithoutCalls
        return limits
    }

    /// What gRPC enforces on top.
    var rpcLimits: RPCLimits {
        var limits = RPCLimits()
        limits.maxRequestBytes = maxRequestBytes.bytes
        limits.maxResponseBytes = maxResponseBytes.bytes
        limits.maxBufferedRequestBytes = maxBufferedRequestBytes.bytes
        limits.maxUnreadBytes = maxUnreadBytes.bytes
        limits.maxConcurrentCalls = maxConcurrentCalls
        limits.maxDeferredCalls = maxDeferredCalls
        limits.shedRetryAfter = shedRetryAfter.duration
        limits.maxHeaderListBytes = maxHeaderBytes.bytes
        return limits
    }
}
