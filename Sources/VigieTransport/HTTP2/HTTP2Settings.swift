/// What a session announces and enforces on its peer.
package struct HTTP2Settings: Sendable {
    /// Streams that the peer may have open at once (SETTINGS_MAX_CONCURRENT_STREAMS).
    package var maxConcurrentStreams: UInt32 = 1024
    /// Bytes that a peer may send on a stream before it is read from (SETTINGS_INITIAL_WINDOW_SIZE).
    package var streamWindowBytes: Int32 = 256 * 1024
    /// The same for a whole connection.
    package var connectionWindowBytes: Int32 = 4 * 1024 * 1024
    /// Bytes that may wait, over all streams of a connection that have paused reading, before the
    /// connection's window is withheld too: bounds what one peer can make handlers hold.
    package var pausedBytesMax = 16 * 1024 * 1024
    /// Size of a header list as RFC 9113 §6.5.2 counts it: names, values and 32 bytes a field.
    package var maxHeaderListBytes: UInt32 = 16 * 1024
    /// Frame payload that the peer may send (SETTINGS_MAX_FRAME_SIZE), 16,384 … 16,777,215.
    package var maxFrameBytes: UInt32 = 16 * 1024
    /// Requests that the peer may give up by RST_STREAM ("rapid reset", CVE-2023-44487) or have reset for
    /// a breach of the protocol ("made you reset", CVE-2025-8671): a bucket of this many, refilled at
    /// `resetsPerSecond` and by one for every request that was answered; over it the session ends. What
    /// is given up after its answer costs nothing, as callers end uploads so that were answered early;
    /// nor does what was waited for, for 100 ms.
    package var resetBurst: UInt64 = 1000
    package var resetsPerSecond: UInt64 = 33
    /// CONTINUATION frames a header block may have (CVE-2024-28182).
    package var maxContinuations: Int = 8
    /// PING and SETTINGS acknowledgements that may wait to be written; over it the session ends.
    package var maxOutboundAcks: Int = 1000

    package init() {}
}
