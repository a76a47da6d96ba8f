import CNghttp2

/// What nghttp2 calls while it reads and writes; ``SessionCallbacks`` leads here.
extension HTTP2Session {
    func frameBegan(_ header: UnsafePointer<nghttp2_frame_hd>) {
        guard role == .server, header.pointee.type == NGHTTP2_HEADERS.rawValue else { return }
        if skipped.contains(header.pointee.stream_id) { terminate(.protocolError) }
    }

    func headersBegan(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
        let id = frame.pointee.hd.stream_id
        guard role == .server, frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST else {
            return 0
        }
        skipped.opened(id)
        guard let stream = owner._withUnsafeGuaranteedRef({ $0.makeStream() }) else {
            reset(id: id, .refusedStream)
            return 0
        }
        stream.open(id: id, on: owner, .passUnretained(self))
        begin(stream)
        let unretained = Unmanaged.passUnretained(stream)
        nghttp2_session_set_stream_user_data(raw, id, unretained.toOpaque())
        remember(unretained, id)
        return 0
    }

    func header(_ id: Int32, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        withStream(id) { stream in
            if role == .client, !stream.headersArrived {
                // `:status` comes first; 1xx blocks say nothing that a caller waits for (RFC 9110 §15.2).
                if name.count == 7, value.first == 0x31, name.elementsEqual(":status".utf8) {
                    stream.inInformational = true
                }
                if stream.inInformational { return }
            }
            if stream.isRefused { return }
            stream.headerListBytes &+= name.count &+ value.count &+ 32
            if stream.headerListBytes > headerListMax { return refuse(stream) }
            if role == .server {
                switch stream.rules.field(name, value, isTrailer: stream.headersArrived) {
                case .taken: break
                case .ignored: return
                case .malformed: return malformed(stream)
                }
            }
            stream.header(name: name.bytes, value: value.bytes)
        }
    }

    /// Ends a stream whose header list is over the limit; nothing more of it is handed over.
    private func refuse(_ stream: HTTPStream) {
        guard !stream.isRefused else { return }
        stream.isRefused = true
        reset(stream, .enhanceYourCalm)
        owner._withUnsafeGuaranteedRef {
            $0.traffic.oversizedHeaders.add(1)
            $0.headerListTooLarge()
        }
    }

    /// Ends a stream whose request is not one (RFC 9113 §8.1.1); nothing more of it is handed over.
    private func malformed(_ stream: HTTPStream) {
        stream.isRefused = true
        reset(stream, .protocolError)
    }

    func dataReceived(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
        grantConnection(bytes.count)
        withStream(id) { stream in
            guard !stream.isRefused else { return }
            if role == .server, !stream.rules.body(bytes.count) { return malformed(stream) }
            stream.data(bytes.bytes)
            stream.consumed(bytes.count, in: self)
        }
    }

    func frameReceived(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = frame.pointee.hd
        let ends = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch nghttp2_frame_type(UInt32(header.type)) {
        case NGHTTP2_DATA:
            if ends {
                withStream(header.stream_id) { stream in
                    guard !stream.isRefused else { return }
                    stream.remoteEnded = true
                    if role == .server, !stream.rules.isWhole { return malformed(stream) }
                    stream.endOfStream()
                }
            } else if header.length == 0 {
                owner._withUnsafeGuaranteedRef {
                    $0.traffic.cheapFrames.add(1)
                    $0.cheapFrameReceived()
                }
            }
        case NGHTTP2_HEADERS:
            withStream(header.stream_id) { stream in
                if !stream.isRefused { headersReceived(stream, endStream: ends) }
            }
        default: controlReceived(frame)
        }
    }

    private func controlReceived(_ frame: UnsafePointer<nghttp2_frame>) {
        let owner = self.owner.takeUnretainedValue()
        let isAcknowledgement = frame.pointee.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
        switch nghttp2_frame_type(UInt32(frame.pointee.hd.type)) {
        case NGHTTP2_PING:
            if !isAcknowledgement { owner.traffic.pings.add(1) }
            owner.pingReceived(isAcknowledgement: isAcknowledgement)
        case NGHTTP2_SETTINGS where !isAcknowledgement:
            owner.traffic.cheapFrames.add(1)
            owner.cheapFrameReceived()
            owner.settingsReceived()
        case NGHTTP2_PRIORITY:
            owner.traffic.cheapFrames.add(1)
            owner.cheapFrameReceived()
        case NGHTTP2_RST_STREAM:
            owner.traffic.resetsReceived.add(1)
            guard role == .server else { break }
            let now = owner.loop.now
            withStream(frame.pointee.hd.stream_id) { stream in
                guard !stream.outgoingEnded, stream.age(now) < Self.patienceMin else { return }
                waste()
            }
        case NGHTTP2_GOAWAY:
            owner.traffic.goAwaysReceived.add(1)
            let goaway = frame.pointee.goaway
            let text = UnsafeBufferPointer(start: goaway.opaque_data, count: goaway.opaque_data_len)
            owner.goAwayReceived(
                lastStream: goaway.last_stream_id,
                code: HTTP2ErrorCode(rawValue: goaway.error_code),
                message: String(decoding: text, as: UTF8.self))
        default: break
        }
    }

    /// Who waited for so long before it gave up had its deadline pass, or its user go: as many streams as
    /// may be open at once can do so ten times a second, which is a load like any other. (Envoy's
    /// `overload.premature_reset_min_stream_lifetime_seconds` is the same idea.)
    private static let patienceMin: Duration = .milliseconds(100)

    private func headersReceived(_ stream: HTTPStream, endStream: Bool) {
        if stream.inInformational {
            stream.inInformational = false
            return
        }
        if endStream { stream.remoteEnded = true }
        if role == .server {
            // Trailers end the request; the first block must have what a request needs.
            let isInOrder = stream.headersArrived ? endStream : stream.rules.headersEnded()
            guard isInOrder, !endStream || stream.rules.isWhole else { return malformed(stream) }
        }
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
            if header.type == UInt8(NGHTTP2_RST_STREAM.rawValue) {
                let code = HTTP2ErrorCode(rawValue: frame.pointee.rst_stream.error_code)
                owner._withUnsafeGuaranteedRef {
                    $0.traffic.resetsSent.add(1)
                    if code == .refusedStream { $0.traffic.refusedStreams.add(1) }
                }
                if role == .server, code.isBreach { waste() }
            } else if header.type == UInt8(NGHTTP2_GOAWAY.rawValue) {
                owner._withUnsafeGuaranteedRef { $0.traffic.goAwaysSent.add(1) }
                let code = HTTP2ErrorCode(rawValue: frame.pointee.goaway.error_code)
                owner._withUnsafeGuaranteedRef { $0.goAwaySent(code) }
            }
            return
        }
        guard role == .server else {
            if header.type == UInt8(NGHTTP2_HEADERS.rawValue) {
                withStream(header.stream_id) { $0.hasLeft = true }
            }
            return
        }
        owner._withUnsafeGuaranteedRef { $0.sentHeadersOrData() }
        // A response that ends before its request: the peer is told to stop sending (RFC 9113 §8.1).
        guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else { return }
        withStream(header.stream_id) { stream in
            if !stream.remoteEnded { reset(stream, .noError) }
        }
    }

    func streamClosed(_ id: Int32, _ code: UInt32) {
        guard let data = nghttp2_session_get_stream_user_data(raw, id) else { return }
        // Retained: `live` gives it up on the way.
        let stream = Unmanaged<HTTPStream>.fromOpaque(data).takeUnretainedValue()
        end(stream, HTTP2ErrorCode(rawValue: code))
    }

    /// Copies body bytes of `stream` into nghttp2's frame, and says whether they are the last.
    @inline(__always)
    func readBody(
        _ stream: Unmanaged<HTTPStream>, into room: UnsafeMutableRawBufferPointer,
        flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        stream._withUnsafeGuaranteedRef { readBody($0, room, flags) }
    }

    @inline(never)
    private func readBody(
        _ stream: HTTPStream, _ room: UnsafeMutableRawBufferPointer,
        _ flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let count = min(stream.outgoing.count, room.count)
        if count > 0 {
            room.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: stream.outgoing.unread[..<count]))
            let held = stream.outgoing.heldBytes
            stream.outgoing.consume(count)
            let released = held &- stream.outgoing.heldBytes
            owner._withUnsafeGuaranteedRef { $0.queuedBytes &-= released }
            stream.hasProgressed = true
            relieve(stream)
        }
        guard stream.outgoing.isEmpty else { return count }
        if !stream.outgoingEnded {
            if count > 0 { return count }
            stream.starved = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        switch stream.trailers {
        case nil: break
        case .prepared(let prepared):
            // The common case without a closure, which would count references.
            flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            nghttp2_submit_trailer(raw, stream.id, prepared.fields, prepared.count)
        case .some(let trailers):
            flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            submit(trailers, stream.id)
        }
        return count
    }

    @inline(never)
    private func submit(_ trailers: OutgoingHeaders, _ id: Int32) {
        trailers.withFields { _ = nghttp2_submit_trailer(raw, id, $0, $1) }
    }

    /// Tells a stream that was over its high-water mark when half of it is gone.
    private func relieve(_ stream: HTTPStream) {
        if stream.wasBlocked, stream.outgoing.count < HTTPStream.highWaterBytes / 2 {
            stream.wasBlocked = false
            owner._withUnsafeGuaranteedRef { $0.becameWritable(stream) }
        }
    }
}
