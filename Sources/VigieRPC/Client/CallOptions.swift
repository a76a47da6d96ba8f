import VigieTelemetry
import VigieTransport

/// What one call asks for beyond its method and message.
package struct CallOptions: Sendable {
    /// How long the caller waits in all, retries included; nil for as long as it takes. Sent as
    /// `grpc-timeout`, and watched here as well.
    package var timeout: Duration?
    /// An absolute end instead of, or before, ``timeout``: a server passes ``ServerCall/deadline`` on
    /// to the calls that it makes.
    package var deadline = MonotonicTime.never
    /// Custom metadata; see ``Metadata/isValidKey(_:)``.
    package var metadata = Metadata()
    /// How requests are compressed.
    package var encoding = MessageEncoding.identity
    /// Waits while the server cannot be reached, instead of failing with UNAVAILABLE.
    package var waitsForReady = false
    /// Which failures are tried again; nil for the channel's own policy.
    package var retry: RetryPolicy?
    /// Largest response message in bytes, after decompression; nil for the channel's limit.
    package var maxResponseBytes: Int?

    /// The span that makes the call, sent as `traceparent` and `grpc-trace-bin`: a server passes
    /// ``ServerCall/trace`` on to the calls that it makes.
    package var trace = TraceContext.none
    /// `tracestate`, sent beside ``trace``; see ``ServerCall/traceState``.
    package var traceState = ""

    package init(timeout: Duration? = nil, metadata: Metadata = Metadata()) {
        self.timeout = timeout
        self.metadata = metadata
    }
}
