/// Every bound that a server puts on its peers, with the default that suits a pod of a bank: many
/// well-behaved callers, and some that are not.
///
/// Times are kept to within ``checkInterval``.
package struct ServerLimits: Sendable {
    /// Streams, windows, header lists, resets and CONTINUATION frames: see ``HTTP2Settings``.
    package var http2 = HTTP2Settings()
    /// Connections at once over all loops; further ones are closed on arrival. 20,000 idle ones are
    /// some 600 MB, within a pod's memory.
    package var maxConnections = 20_000
    /// TLS handshake and HTTP/2 preface must be through by then: a silent socket costs memory.
    package var handshakeTimeout: Duration = .seconds(10)
    /// A connection without streams for this long is asked to go (gRFC A9 MAX_CONNECTION_IDLE).
    package var maxIdle: Duration = .seconds(900)
    /// A connection this old is asked to go, ±10 % so that not all go at once (gRFC A9): callers
    /// behind a layer-4 balancer find new pods only by connecting anew.
    package var maxAge: Duration = .seconds(1800)
    /// How long streams of a connection that was asked to go may still run (gRFC A9).
    package var maxAgeGrace: Duration = .seconds(30)
    /// A peer that takes no bytes for this long while some wait for it is cut off; one that takes
    /// none of a stream, by closing its window, loses that stream. Slow readers cost memory.
    package var writeTimeout: Duration = .seconds(30)
    /// A header block that began must end by then, for nothing else can be received until it does
    /// (slow loris).
    package var headerTimeout: Duration = .seconds(10)
    /// A request that is expected whole (``HTTPStream/expectsWholeRequest``) must have arrived by
    /// then (slow loris on bodies).
    package var requestTimeout: Duration = .seconds(30)
    /// Ping of a silent peer (gRFC A8: two hours) and how long its answer may take: finds peers
    /// whose machine is gone.
    package var keepaliveTime: Duration = .seconds(7200)
    package var keepaliveTimeout: Duration = .seconds(20)
    /// A peer's own pings must be this far apart (gRFC A8: five minutes); more than
    /// ``maxPingStrikes`` that are not end the connection with "too_many_pings".
    package var minPingInterval: Duration = .seconds(300)
    package var maxPingStrikes = 2
    /// Whether pings without a stream are fine (gRFC A8 permit_keepalive_without_calls).
    package var permitPingWithoutStreams = false
    /// SETTINGS, PRIORITY and empty DATA frames of the peer: a bucket of this many, refilled at
    /// ``controlFramesPerSecond`` (CVE-2019-9515, -9518); over it the session ends.
    package var controlFrameBurst = 1000
    package var controlFramesPerSecond = 33
    /// Requests whose header list is too large to be looked at, a bucket refilled once a second; over
    /// it the session ends, since decompressing them costs more than sending them.
    package var oversizedHeadersBurst = 100
    /// Connections waiting in the kernel to be accepted, a loop.
    package var acceptBacklog: Int32 = 4096

    package init() {}

    /// How often a connection looks at the time limits of its streams: half of the shortest, 0.1 … 10 s.
    package var checkInterval: Duration {
        max(
            .milliseconds(100),
            min(EventLoop.longestTimer, min(writeTimeout, min(headerTimeout, requestTimeout)) / 2))
    }
}
