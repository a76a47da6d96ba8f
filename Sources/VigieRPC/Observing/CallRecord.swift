import VigieTelemetry
import VigieTransport

/// All that logs and traces tell of a call that has ended: a value that its loop makes, for calls
/// that somebody wants to hear of, and hands to other threads.
package struct CallRecord: Sendable {
    /// `/package.Service/Method`.
    package var path: String
    /// Whether there is such a method: the path of one that there is not is the caller's invention.
    package var isKnown: Bool
    package var kind: CallKind
    package var code: StatusCode
    /// What the caller was told.
    package var message: String
    package var peerAddress: String
    /// Who the caller is by its certificate.
    package var peerIdentity: PeerIdentity?
    package var userAgent: String
    /// The model that answered; empty when none did.
    package var model: String
    package var version: String
    package var arm: Arm

    /// When the headers came, in nanoseconds of the monotonic clock.
    package var started: UInt64
    package var ended: UInt64
    /// ``MonotonicTime/never`` without one.
    package var deadline: MonotonicTime
    /// Of the last request that was answered.
    package var stations: CallStations
    /// Of a recorded stream's requests, at most ``CallObserver/streamStationsMax``.
    package var streamed: [CallStations]
    /// Rows answered, in all requests.
    package var rows: Int
    package var requestMessages: Int
    package var responseMessages: Int
    /// Messages, decompressed, without framing.
    package var requestBytes: Int
    package var responseBytes: Int

    /// The call's own span.
    package var trace: TraceContext
    /// What the caller said; not valid when he said nothing.
    package var caller: TraceContext
    package var traceState: String
    /// The index of the loop that the call lived on.
    package var loop: Int
    /// Who is to hear of it, among those who share a ring.
    package var audience: Audience

    package struct Audience: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let accessLog = Audience(rawValue: 1)
        package static let slowLog = Audience(rawValue: 2)
    }

    /// `package.Service`.
    package var service: Substring { path.dropFirst().prefix { $0 != "/" } }
    /// `Method`.
    package var method: Substring { path.dropFirst(service.utf8.count + 2) }
    package var elapsed: UInt64 { ended &- min(started, ended) }
    /// What was left when it ended, in nanoseconds: negative when it was late; nil without a
    /// deadline.
    package var deadlineLeft: Int64? {
        deadline == .never ? nil : Int64(clamping: deadline.nanoseconds) - Int64(clamping: ended)
    }
}
