/// How a client's connection behaves; the defaults suit a service that calls pods of its own cluster.
package struct ClientOptions: Sendable {
    /// What is announced to the server: windows and sizes; see ``HTTP2Settings``.
    package var http2 = HTTP2Settings()
    /// TCP, TLS and the server's SETTINGS must be through by then (gRPC: 20 s).
    package var connectTimeout: Duration = .seconds(20)
    /// A silent server is pinged after this long; nil never pings (gRFC A8's default for clients).
    package var keepaliveTime: Duration?
    /// How long the answer to such a ping may take.
    package var keepaliveTimeout: Duration = .seconds(20)
    /// Whether to ping while no stream is open (gRFC A8; servers may refuse it).
    package var keepaliveWithoutStreams = false
    /// A server that takes no bytes for this long while some wait for it is given up.
    package var writeTimeout: Duration = .seconds(30)
    /// How long open streams may still run after ``HTTPClientConnection/shutdown()`` or a GOAWAY.
    package var drainGrace: Duration = .seconds(3600)

    package init() {
        http2.maxConcurrentStreams = 0  // Nothing is pushed to us (RFC 9113 §8.4).
    }
}
