import CNghttp2

/// One HTTP/2 session by nghttp2: bytes in, events and bytes out. It knows no socket and no clock.
///
/// nghttp2 keeps an unretained pointer to the session, so the connection owns it for as long as
/// callbacks can come; every open stream is retained by `live` until its close, nghttp2's entries point to it.
final class HTTP2Session {
    enum Role { case server, client }

    let role: Role
    private(set) var raw: OpaquePointer!
    /// The connection, which owns the session and so outlives it; unretained, as the other references
    /// of the hot path are: counting them up and down again cost a tenth of a request.
    let owner: Unmanaged<HTTPConnection>
    /// Outlives nghttp2's session, whose blocks it has.
    private let memory: SessionMemory
    /// The stream that the last callback was for: frames of one stream come in runs. Retained by
    /// `live` while ``recentID`` names it.
    private var recent: Unmanaged<HTTPStream>?
    private var recentID: Int32 = 0
    var skipped = SkippedStreams()
    /// The streams that are open now, in no order: nghttp2 has no list of them to walk.
    private var live: [HTTPStream] = []
    var openStreams: Int { live.count }
    private var opened = 0
    /// Of those, how many ended by the peer's doing before they were answered.
    private var wasted = 0
    /// Streams that have ended otherwise.
    var completedStreams: Int { opened - live.count - wasted }
    /// The largest stream id that the peer has opened.
    var lastPeerStream: Int32 { skipped.highest }
    /// True while nghttp2 is calling back: it must not be asked to send then.
    private(set) var isReceiving = false
    /// True while nghttp2 serialises frames; it calls back then, too.
    private(set) var isDraining = false

    /// What header lists may have at most: four times what is announced, so that the layer above can
    /// refuse those that are a little too large in its own words.
    let headerListMax: Int
    private let pausedBytesMax: Int
    /// Received bytes of streams that have paused reading.
    private var pausedBytes = 0
    /// Received bytes that the connection's window is not granted again yet.
    private var withheld = 0

    init(
        role: Role, settings: HTTP2Settings, owner: HTTPConnection
    ) {
        self.role = role
        self.owner = .passUnretained(owner)
        memory = owner.loop.sessionMemory
        headerListMax = Int(settings.maxHeaderListBytes) * 4
        pausedBytesMax = settings.pausedBytesMax
        var option: OpaquePointer?
        nghttp2_option_new(&option)
        defer { nghttp2_option_del(option) }
        nghttp2_option_set_no_auto_window_update(option, 1)
        nghttp2_option_set_no_closed_streams(option, 1)
        nghttp2_option_set_max_outbound_ack(option, settings.maxOutboundAcks)
        nghttp2_option_set_max_continuations(option, settings.maxContinuations)
        // nghttp2 counts every RST_STREAM, those that follow an early answer, too: a pod that sheds
        // load would end the connections of all whom it turns away. `streamWasted` has the budget.
        nghttp2_option_set_stream_reset_rate_limit(option, .max, .max)
        // `RequestRules` has them, for less.
        if role == .server { nghttp2_option_set_no_http_messaging(option, 1) }
        // Trailers of ours may carry status details that are larger than nghttp2's default of 64 KiB.
        nghttp2_option_set_max_send_header_block_length(option, 1 << 20)
        let data = Unmanaged.passUnretained(self).toOpaque()
        switch role {
        case .server:
            nghttp2_session_server_new3(
                &raw, SessionCallbacks.shared.raw, data, option, memory.table)
        case .client:
            nghttp2_session_client_new3(
                &raw, SessionCallbacks.shared.raw, data, option, memory.table)
        }
        announce(settings)
    }

    deinit { dispose() }

    /// Gives nghttp2's memory back, some 10 KB: a connection that has ended may be held by its timer
    /// for seconds yet. Not inside a callback, and nothing may be asked of the session after it.
    func dispose() {
        nghttp2_session_del(raw)
        raw = nil
    }

    private func announce(_ settings: HTTP2Settings) {
        func entry(_ id: nghttp2_settings_id, _ value: UInt32) -> nghttp2_settings_entry {
            nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: value)
        }
        var entries = [
            entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.maxConcurrentStreams),
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, UInt32(settings.streamWindowBytes)),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.maxHeaderListBytes),
            entry(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, settings.maxFrameBytes),
        ]
        if role == .client { entries.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0)) }
        nghttp2_submit_settings(raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), entries, entries.count)
        nghttp2_session_set_local_window_size(
            raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, settings.connectionWindowBytes)
    }

    // MARK: Bytes

    /// Takes what the socket gave. All events of these bytes happen before it returns.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(SessionFailure) {
        isReceiving = true
        defer { isReceiving = false }
        let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        let taken = nghttp2_session_mem_recv(raw, start, bytes.count)
        if taken < 0 { throw SessionFailure(code: Int32(taken)) }
    }

    /// Appends frames to `output` until there are none or it holds `limit` bytes.
    /// - Returns: true when it stopped at the limit.
    func drain(into output: inout ByteQueue, limit: Int) throws(SessionFailure) -> Bool {
        isDraining = true
        defer { isDraining = false }
        while true {
            var frame: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(raw, &frame)
            if count < 0 { throw SessionFailure(code: Int32(count)) }
            if count == 0 { return false }
            output.append(UnsafeRawBufferPointer(start: frame, count: count))
            if output.count >= limit { return true }
        }
    }

    /// False when the session has nothing more to read or write: the connection is done.
    var isAlive: Bool {
        nghttp2_session_want_read(raw) != 0 || nghttp2_session_want_write(raw) != 0
    }

    var wantsWrite: Bool { nghttp2_session_want_write(raw) != 0 }

    // MARK: Streams

    /// Sends a response header block, and asks `stream` for its body unless that is the end.
    func respond(_ stream: HTTPStream, _ headers: OutgoingHeaders, endStream: Bool) {
        switch headers {
        case .prepared(let prepared):
            submit(stream, prepared.fields, prepared.count, endStream: endStream)
        case .fields, .shared:
            headers.withFields { submit(stream, $0, $1, endStream: endStream) }
        }
    }

    @inline(__always)
    private func submit(
        _ stream: HTTPStream, _ fields: UnsafePointer<nghttp2_nv>, _ count: Int, endStream: Bool
    ) {
        if endStream {
            nghttp2_submit_response(raw, stream.id, fields, count, nil)
        } else {
            var provider = Self.provider(stream)
            nghttp2_submit_response(raw, stream.id, fields, count, &provider)
        }
    }

    /// Opens a stream of ours. Nil when ids have run out or the session is ending.
    func request(_ stream: HTTPStream, _ headers: OutgoingHeaders, endStream: Bool) -> Int32? {
        let pointer = Unmanaged.passUnretained(stream)
        let id = headers.withFields { fields, count in
            if endStream {
                return nghttp2_submit_request(
                    raw, nil, fields, count, nil, pointer.toOpaque())
            }
            var provider = Self.provider(stream)
            return nghttp2_submit_request(
                raw, nil, fields, count, &provider, pointer.toOpaque())
        }
        guard id > 0 else { return nil }
        stream.open(id: id, on: owner, .passUnretained(self))
        stream.headersSent = true
        stream.outgoingEnded = endStream
        begin(stream)
        return id
    }

    private static func provider(_ stream: HTTPStream) -> nghttp2_data_provider {
        nghttp2_data_provider(
            source: nghttp2_data_source(ptr: Unmanaged.passUnretained(stream).toOpaque()),
            read_callback: SessionCallbacks.readBody)
    }

    func resume(_ stream: HTTPStream) { nghttp2_session_resume_data(raw, stream.id) }

    func reset(_ stream: HTTPStream, _ code: HTTP2ErrorCode) { reset(id: stream.id, code) }

    func reset(id: Int32, _ code: HTTP2ErrorCode) {
        nghttp2_submit_rst_stream(
            raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, code.rawValue)
    }

    func consume(stream: HTTPStream, _ count: Int) {
        nghttp2_session_consume_stream(raw, stream.id, count)
    }

    /// The peer's limit on streams that we open.
    var peerMaxConcurrentStreams: Int {
        Int(
            nghttp2_session_get_remote_settings(raw, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
    }

    /// Calls `body` with the open stream of this id; not for one that was refused, has ended, or is not
    /// known. The stream lives through `body`, since streams end in a callback of their own.
    @inline(__always)
    func withStream(_ id: Int32, _ body: (HTTPStream) -> Void) {
        if id != recentID, !find(id) { return }
        recent?._withUnsafeGuaranteedRef(body)
    }

    private func find(_ id: Int32) -> Bool {
        guard let data = nghttp2_session_get_stream_user_data(raw, id) else { return false }
        remember(Unmanaged.fromOpaque(data), id)
        return true
    }

    func remember(_ stream: Unmanaged<HTTPStream>, _ id: Int32) {
        recent = stream
        recentID = id
    }

    // MARK: Connection

    func ping() { nghttp2_submit_ping(raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil) }

    /// First step of a graceful end: the peer is to open no more, all that is on its way is served.
    func announceShutdown() { nghttp2_submit_shutdown_notice(raw) }

    /// Second step: streams over the last one seen are refused from now on.
    func goAway(_ code: HTTP2ErrorCode, message: String) {
        let last = nghttp2_session_get_last_proc_stream_id(raw)
        var message = message
        message.withUTF8 {
            _ = nghttp2_submit_goaway(
                raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, code.rawValue, $0.baseAddress,
                $0.count)
        }
    }

    /// Ends the session at once: GOAWAY, then nothing.
    func terminate(_ code: HTTP2ErrorCode) {
        nghttp2_session_terminate_session(raw, code.rawValue)
    }

    /// The connection is gone: every open stream is told, as if its peer had cancelled it.
    func abandonStreams() {
        while let stream = live.last {
            nghttp2_session_set_stream_user_data(raw, stream.id, nil)
            end(stream, role == .client && !stream.hasLeft ? .refusedStream : .connectionLost)
        }
    }

    func begin(_ stream: HTTPStream) {
        stream.liveIndex = live.count
        live.append(stream)
        opened &+= 1
        owner._withUnsafeGuaranteedRef {
            $0.traffic.streams.add(1)
            $0.traffic.openStreams.add(1)
        }
    }

    /// A stream ends by the peer's doing before it was answered.
    func waste() {
        wasted &+= 1
        owner._withUnsafeGuaranteedRef { $0.streamWasted() }
    }

    func end(_ stream: HTTPStream, _ code: HTTP2ErrorCode) {
        if recentID == stream.id { recentID = 0 }
        let index = stream.liveIndex
        let last = live.removeLast()
        if index < live.count {
            last.liveIndex = index
            live[index] = last
        }
        if stream.pausedBytes > 0 { unpaused(stream.pausedBytes) }
        let held = stream.outgoing.heldBytes
        stream.end(code)
        owner._withUnsafeGuaranteedRef {
            $0.queuedBytes &-= held
            $0.traffic.openStreams.set($0.traffic.openStreams.current &- 1)
            $0.streamEnded(stream)
        }
    }

    // MARK: Limits

    /// `count` bytes of a stream that does not read wait; ``unpaused(_:)`` takes them back.
    func paused(_ count: Int) { pausedBytes += count }

    func unpaused(_ count: Int) {
        pausedBytes -= count
        guard withheld > 0, pausedBytes < pausedBytesMax else { return }
        nghttp2_session_consume_connection(raw, withheld)
        withheld = 0
    }

    /// Resets streams that are overdue: requests that are expected whole, answers that the peer does
    /// not take. That one is stuck counts from the first call that sees it.
    /// - Returns: true when a header block is overdue, which holds up the whole connection.
    func endStalled(
        requestTimeout: Duration, headerTimeout: Duration, writeTimeout: Duration,
        now: MonotonicTime
    ) -> Bool {
        for stream in live where !stream.isRefused {
            if !stream.headersArrived {
                if stream.age(now) >= headerTimeout { return true }
                continue
            }
            let isLate =
                stream.expectsWholeRequest && !stream.remoteEnded
                && stream.age(now) >= requestTimeout
            let isStuck = stream.stuckFor(now) >= writeTimeout
            if isLate || isStuck {
                stream.isRefused = true
                reset(stream, .cancel)
            }
        }
        return false
    }

    /// Bytes of a body were received.
    @inline(__always)
    func grantConnection(_ count: Int) {
        // One slow stream must not hold up the others: the connection's window is granted at once,
        // unless so much waits in paused streams that the peer is to wait as a whole.
        if pausedBytes < pausedBytesMax {
            nghttp2_session_consume_connection(raw, count)
        } else {
            withheld += count
        }
    }
}
