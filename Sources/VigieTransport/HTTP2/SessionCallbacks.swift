import CNghttp2

/// nghttp2's callback table, one for all sessions. Each callback finds its session in `user_data`,
/// which the session's connection keeps alive for as long as nghttp2 may call.
final class SessionCallbacks: @unchecked Sendable {
    static let shared = SessionCallbacks()

    // Filled in init, read only afterwards.
    let raw: OpaquePointer

    private init() {
        var table: OpaquePointer?
        nghttp2_session_callbacks_new(&table)
        // Fails only when memory has run out.
        raw = table!
        nghttp2_session_callbacks_set_on_begin_frame_callback(raw) { _, header, data in
            withSession(data) { $0.frameBegan(header!) }
            return 0
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(raw) { _, frame, data in
            withSession(data) { $0.headersBegan(frame!) }
        }
        nghttp2_session_callbacks_set_on_header_callback(raw) {
            _, frame, name, nameCount, value, valueCount, _, data in
            withSession(data) {
                $0.header(
                    frame!.pointee.hd.stream_id,
                    name: UnsafeRawBufferPointer(start: name, count: nameCount),
                    value: UnsafeRawBufferPointer(start: value, count: valueCount))
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw) {
            _, _, id, bytes, count, data in
            withSession(data) {
                $0.dataReceived(id, UnsafeRawBufferPointer(start: bytes, count: count))
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(raw) { _, frame, data in
            withSession(data) { $0.frameReceived(frame!) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(raw) { _, frame, data in
            withSession(data) { $0.frameSent(frame!) }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(raw) { _, id, code, data in
            withSession(data) { $0.streamClosed(id, code) }
            return 0
        }
    }

    /// Where nghttp2 gets a body from; the source is an unretained stream, which its open entry retains.
    static let readBody: nghttp2_data_source_read_callback = {
        _, _, buffer, count, flags, source, data in
        let room = UnsafeMutableRawBufferPointer(start: buffer, count: count)
        let stream = Unmanaged<HTTPStream>.fromOpaque(source!.pointee.ptr)
        return withSession(data) { $0.readBody(stream, into: room, flags: flags!) }
    }
}

/// Calls `body` with the session, unretained: its connection holds it while nghttp2 calls.
@inline(__always)
private func withSession<R>(
    _ data: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> R
) -> R {
    // Never null: it is the pointer that HTTP2Session.init passed.
    Unmanaged<HTTP2Session>.fromOpaque(data!)._withUnsafeGuaranteedRef(body)
}
