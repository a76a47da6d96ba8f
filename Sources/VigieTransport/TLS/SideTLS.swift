import COpenSSL
import Glibc

/// The server's end of a TLS connection over a socket that never blocks, for ports beside the loops. One
/// thread at a time.
package final class SideTLS {
    /// What became of a read or a write.
    package enum Outcome: Equatable {
        /// So many bytes, at least one.
        case bytes(Int)
        /// To be tried again when the socket can be read, which a write may need, too.
        case wantsRead
        /// To be tried again when the socket can be written, which a read may need, too.
        case wantsWrite
        /// The peer has gone, or what it sends is no TLS.
        case ended
    }

    private let raw: OpaquePointer
    /// Keeps the certificate in use alive over a reload.
    private let context: TLSContext

    /// - Parameter descriptor: a connected socket, which stays the caller's to close.
    package init(accepting descriptor: Int32, _ context: TLSContext) throws(TLSError) {
        guard let session = SSL_new(context.raw) else { throw TLSError("TLS session") }
        raw = session
        self.context = context
        SSL_set_fd(session, descriptor)
        SSL_set_accept_state(session)
    }

    deinit { SSL_free(raw) }

    /// Decrypts into `room`, after the handshake, which the first reads do. Room for a record, 16 KiB,
    /// leaves nothing behind that the socket does not tell of.
    package func read(into room: UnsafeMutableRawBufferPointer) -> Outcome {
        ERR_clear_error()
        return outcome(SSL_read(raw, room.baseAddress, Int32(clamping: room.count)))
    }

    /// Sends some of `bytes`.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        ERR_clear_error()
        return outcome(SSL_write(raw, bytes.baseAddress, Int32(clamping: bytes.count)))
    }

    private func outcome(_ code: Int32) -> Outcome {
        if code > 0 { return .bytes(Int(code)) }
        switch SSL_get_error(raw, code) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        default: return .ended
        }
    }

    /// Tells the peer that nothing follows (close_notify), without waiting for its own.
    package func close() { SSL_shutdown(raw) }
}
