import CNghttp2

/// What a session tells its connection.
protocol HTTP2SessionOwner: AnyObject {
    /// A stream object for a request that the peer began; nil refuses it (REFUSED_STREAM).
    func makeStream() -> HTTPStream?
    func streamEnded(_ stream: HTTPStream)
    func pingReceived(isAcknowledgement: Bool)
    func settingsReceived()
    func goAwayReceived(lastStream: Int32, code: HTTP2ErrorCode, message: String)
    /// A GOAWAY of ours went out: nghttp2's verdict on the peer when `code` is not `noError`.
    func goAwaySent(_ code: HTTP2ErrorCode)
    /// A HEADERS or DATA frame went out: an answer, which forgives pings.
    func sentHeadersOrData()
    /// A frame that costs the peer nothing and asks for work: SETTINGS, PRIORITY, empty DATA.
    func cheapFrameReceived()
    /// A request was refused because its header list is far over the limit.
    func headerListTooLarge()
}

/// One HTTP/2 session by nghttp2: bytes in, events and bytes out. It knows no socket and no clock.
///
/// nghttp2 keeps an unretained pointer to the session, so the connection owns it for as long as
/// callbacks can come; every open stream is retained by `live` until its close, nghttp2's entries point to it.
final class HTTP2Session {
    enum Role { case server, client }

    let role: Role
    private var raw: OpaquePointer!
    unowned(unsafe) let owner: any HTTP2SessionOwner & HTTPConnection
    /// The stream that the last callback was for: frames of one stream come in runs.
    private unowned(unsafe) var recent: HTTPStream?
    private var skipped = SkippedStreams()
    /// The streams that are open now, in no order: nghttp2 has no list of them to walk.
    private var live: [HTTPStream] = []
    var openStreams: Int { live.count }
    /// The largest stream id that the peer has opened.
    var lastPeerStream: Int32 { skipped.highest }
    /// True while nghttp2 is calling back: it must not be asked to send then.
    private(set) var isReceiving = false
    /// True while nghttp2 serialises frames; it calls back then, too.
    private(set) var isDraining = false

    /// What header lists may have at most: four times what is announced, so that the layer above can
    /// refuse those that are a little too large in its own words.
    private let headerListMax: Int
    private let pausedBytesMax: Int
    /// Received bytes of streams that have paused reading.
    private var pausedBytes = 0
    /// Received bytes that the connection's window is not granted again yet.
    private var withheld = 0

    init(
        role: Role, settings: HTTP2Settings, owner: any HTTP2SessionOwner & HTTPConnection
    ) {
        self.role = role
        self.owner = owner
        headerListMax = Int(settings.maxHeaderListBytes) * 4
        pausedBytesMax = settings.pausedBytesMax
        var option: OpaquePointer?
        nghttp2_option_new(&option)
        defer { nghttp2_option_del(option) }
        nghttp2_option_set_no_auto_window_update(option, 1)
        nghttp2_option_set_no_closed_streams(option, 1)
        nghttp2_option_set_max_outbound_ack(option, settings.maxOutboundAcks)
        nghttp2_option_set_max_continuations(option, settings.maxContinuations)
        nghttp2_option_set_stream_reset_rate_limit(
            option, settings.resetBurst, settings.resetsPerSecond)
        // Trailers of ours may carry status details that are larger than nghttp2's default of 64 KiB.
        nghttp2_option_set_max_send_header_block_length(option, 1 << 20)
        let data = Unmanaged.passUnretained(self).toOpaque()
        switch role {
        case .server: nghttp2_session_server_new2(&raw, SessionCallbacks.shared.raw, data, option)
        case .client: nghttp2_session_client_new2(&raw, SessionCallbacks.shared.raw, data, option)
        }
        announce(settings)
    }

    deinit { nghttp2_session_del(raw) }

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
        headers.withFields { fields, count in
            if endStream {
                _ = nghttp2_submit_response(raw, stream.id, fields, count, nil)
            } else {
                var provider = Self.provider(stream)
                _ = nghttp2_submit_response(raw, stream.id, fields, count, &provider)
            }
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
        stream.open(id: id, on: owner)
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

    /// The open stream of this id; nil for one that was refused, has ended, or is not known.
    func stream(_ id: Int32) -> HTTPStream? {
        if let recent, recent.id == id { return recent }
        guard let data = nghttp2_session_get_stream_user_data(raw, id) else { return nil }
        let stream = Unmanaged<HTTPStream>.fromOpaque(data).takeUnretainedValue()
        recent = stream
        return stream
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

    private func begin(_ stream: HTTPStream) {
        stream.liveIndex = live.count
        live.append(stream)
    }

    private func end(_ stream: HTTPStream, _ code: HTTP2ErrorCode) {
        if recent === stream { recent = nil }
        let index = stream.liveIndex
        live.swapAt(index, live.count - 1)
        live[index].liveIndex = index
        live.removeLast()
        if stream.pausedBytes > 0 { unpaused(stream.pausedBytes) }
        stream.end(code)
        owner.streamEnded(stream)
    }

    // MARK: What nghttp2 calls

    func frameBegan(_ header: UnsafePointer<nghttp2_frame_hd>) {
        guard role == .server, header.pointee.type == NGHTTP2_HEADERS.rawValue else { return }
        if skipped.contains(header.pointee.stream_id) { terminate(.protocolError) }
    }

    func headersBegan(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
        let id = frame.pointee.hd.stream_id
        guard role == .server, frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST else {
            recent = stream(id)
            return 0
        }
        skipped.opened(id)
        guard let stream = owner.makeStream() else {
            reset(id: id, .refusedStream)
            return 0
        }
        stream.open(id: id, on: owner)
        begin(stream)
        nghttp2_session_set_stream_user_data(
            raw, id, Unmanaged.passUnretained(stream).toOpaque())
        recent = stream
        return 0
    }

    func header(_ id: Int32, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard let stream = stream(id) else { return }
        if role == .client, !stream.headersArrived {
            // `:status` comes first; 1xx blocks say nothing that a caller waits for (RFC 9110 §15.2).
            if name.count == 7, value.first == 0x31, name.elementsEqual(":status".utf8) {
                stream.inInformational = true
            }
            if stream.inInformational { return }
        }
        stream.headerListBytes &+= name.count &+ value.count &+ 32
        if stream.headerListBytes > headerListMax { return refuse(stream) }
        stream.header(name: name.bytes, value: value.bytes)
    }

    /// Ends a stream whose header list is over the limit; nothing more of it is handed over.
    private func refuse(_ stream: HTTPStream) {
        guard !stream.isRefused else { return }
        stream.isRefused = true
        reset(stream, .enhanceYourCalm)
        owner.headerListTooLarge()
    }

    func dataReceived(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
        // One slow stream must not hold up the others: the connection's window is granted at once,
        // unless so much waits in paused streams that the peer is to wait as a whole.
        if pausedBytes < pausedBytesMax {
            nghttp2_session_consume_connection(raw, bytes.count)
        } else {
            withheld += bytes.count
        }
        guard let stream = stream(id), !stream.isRefused else { return }
        stream.data(bytes.bytes)
        if stream.isOpen { stream.consumed(bytes.count, in: self) }
    }

    /// `count` bytes of a stream that does not read wait; ``unpaused(_:)`` takes them back.
    func paused(_ count: Int) { pausedBytes += count }

    func unpaused(_ count: Int) {
        pausedBytes -= count
        guard withheld > 0, pausedBytes < pausedBytesMax else { return }
        nghttp2_session_consume_connection(raw, withheld)
        withheld = 0
    }

    /// Resets streams that are overdue: requests that are expected whole, answers that the peer does
    /// not take.
    /// - Returns: true when a header block is overdue, which holds up the whole connection.
    func endStalled(
        requestTimeout: Duration, headerTimeout: Duration, writeTimeout: Duration,
        now: MonotonicTime
    ) -> Bool {
        for stream in live where !stream.isRefused {
            if !stream.headersArrived {
                if now >= stream.openedAt.advanced(by: headerTimeout) { return true }
                continue
            }
            let isLate =
                stream.expectsWholeRequest && !stream.remoteEnded
                && now >= stream.openedAt.advanced(by: requestTimeout)
            let isStuck =
                stream.headersSent && !stream.outgoing.isEmpty
                && now >= stream.progressAt.advanced(by: writeTimeout)
            if isLate || isStuck {
                stream.isRefused = true
                reset(stream, .cancel)
            }
        }
        return false
    }

    func frameReceived(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = frame.pointee.hd
        let ends = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch nghttp2_frame_type(UInt32(header.type)) {
        case NGHTTP2_DATA:
            if !ends, header.length == 0 { owner.cheapFrameReceived() }
            if ends, let stream = stream(header.stream_id), !stream.isRefused {
                stream.remoteEnded = true
                stream.endOfStream()
            }
        case NGHTTP2_HEADERS:
            if let stream = stream(header.stream_id), !stream.isRefused {
                headersReceived(stream, endStream: ends)
            }
        case NGHTTP2_PING:
            owner.pingReceived(
                isAcknowledgement: header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0)
        case NGHTTP2_SETTINGS:
            guard header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 else { return }
            owner.cheapFrameReceived()
            owner.settingsReceived()
        case NGHTTP2_PRIORITY: owner.cheapFrameReceived()
        case NGHTTP2_GOAWAY:
            let goaway = frame.pointee.goaway
            let text = UnsafeBufferPointer(start: goaway.opaque_data, count: goaway.opaque_data_len)
            owner.goAwayReceived(
                lastStream: goaway.last_stream_id,
                code: HTTP2ErrorCode(rawValue: goaway.error_code),
                message: String(decoding: text, as: UTF8.self))
        default: break
        }
    }

    private func headersReceived(_ stream: HTTPStream, endStream: Bool) {
        if stream.inInformational {
            stream.inInformational = false
            return
        }
        if endStream { stream.remoteEnded = true }
        if stream.headersArrived {
            stream.trailersComplete()
        } else {
            stream.headersArrived = true
            stream.headersComplete(endStream: endStream)
        }
        if endStream, stream.isOpen { stream.endOfStream() }
    }

    func frameSent(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = frame.pointee.hd
        guard header.type <= UInt8(NGHTTP2_HEADERS.rawValue) else {
            if header.type == UInt8(NGHTTP2_GOAWAY.rawValue) {
                owner.goAwaySent(HTTP2ErrorCode(rawValue: frame.pointee.goaway.error_code))
            }
            return
        }
        guard role == .server else {
            if header.type == UInt8(NGHTTP2_HEADERS.rawValue) {
                stream(header.stream_id)?.hasLeft = true
            }
            return
        }
        owner.sentHeadersOrData()
        // A response that ends before its request: the peer is told to stop sending (RFC 9113 §8.1).
        guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
            let stream = stream(header.stream_id), !stream.remoteEnded
        else { return }
        reset(stream, .noError)
    }

    func streamClosed(_ id: Int32, _ code: UInt32) {
        guard let data = nghttp2_session_get_stream_user_data(raw, id) else { return }
        let stream = Unmanaged<HTTPStream>.fromOpaque(data).takeUnretainedValue()
        end(stream, HTTP2ErrorCode(rawValue: code))
    }

    /// Copies body bytes of `stream` into nghttp2's frame, and says whether they are the last.
    func readBody(
        _ stream: HTTPStream, into room: UnsafeMutableRawBufferPointer,
        flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let count = min(stream.outgoing.count, room.count)
        if count > 0 {
            room.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: stream.outgoing.unread[..<count]))
            stream.outgoing.consume(count)
            stream.progressAt = owner.loop.now
            relieve(stream)
        }
        guard stream.outgoing.isEmpty else { return count }
        if !stream.outgoingEnded {
            if count > 0 { return count }
            stream.starved = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        if let trailers = stream.trailers {
            flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            trailers.withFields { _ = nghttp2_submit_trailer(raw, stream.id, $0, $1) }
        }
        return count
    }

    /// Tells a stream that was over its high-water mark when half of it is gone.
    private func relieve(_ stream: HTTPStream) {
        if stream.wasBlocked, stream.outgoing.count < HTTPStream.highWaterBytes / 2 {
            stream.wasBlocked = false
            owner.becameWritable(stream)
        }
    }
}
