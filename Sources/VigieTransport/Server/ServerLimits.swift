/// Every bound that a server puts on its peers, with the default that suits a pod of a bank: many
/// well-behaved callers, and some that are not.
package struct ServerLimits: Sendable {
    /// Streams, windows, header lists, resets and CONTINUATION frames: see ``HTTP2Settings``.
    package var http2 = HTTP2Settings()
    /// Connections at once over all loops; further ones are closed on arrival.
    package var maxConnections = 20_000
    /// TLS handshake and HTTP/2 preface must be through by then: a silent socket costs memory.
    package var handshakeTimeout: Duration = .seconds(10)
    /// A connection without streams for this long is asked to go (gRFC A9 MAX_CONNECTION_IDLE).
    package var maxIdle: Duration = .seconds(900)
    /// A connection this old is asked to go, ±10 % so that not all go at once (gRFC A9): callers
    /// behind a layer-4 balancer find new pods only by connecting anew.
    package var maxAge: Duration = .seconds(1800)
    /// How long streams of a connection that was asked to go may still run.
    package var maxAgeGrace: Duration = .seconds(30)
    /// A peer that takes no bytes for this long while some wait for it is cut off.
    package var writeTimeout: Duration = .seconds(30)
    /// A request that began must have arrived whole by then, unless it is a stream.
    package var requestTimeout: Duration = .seconds(30)
    /// Ping of a silent peer (gRFC A8) and how long its answer may take.
    package var keepaliveTime: Duration = .seconds(7200)
    package var keepaliveTimeout: Duration = .seconds(20)
    /// A peer's own pings must be this far apart; more than two that are not end the connection
    /// with "too_many_pings" (gRFC A8).
    package var minPingInterval: Duration = .seconds(300)
    package var maxPingStrikes = 2
    /// Whether pings without a stream are fine (gRFC A8 permit_keepalive_without_calls).
    package var permitPingWithoutStreams = false
    /// Connections waiting in the kernel to be accepted, a loop.
    package var acceptBacklog: Int32 = 4096

    package init() {}
}
