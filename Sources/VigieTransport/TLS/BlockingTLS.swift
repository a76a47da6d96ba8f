import COpenSSL
import Glibc

/// The server's end of a TLS connection over a blocking socket, for ports beside the loops. One thread
/// at a time; the socket's own timeouts hold.
package final class BlockingTLS {
    private let raw: OpaquePointer
    /// Keeps the certificate in use alive over a reload.
    private let context: TLSContext

    /// Shakes hands with whoever is at the other end of `descriptor`, which stays the caller's.
    package init(accepting descriptor: Int32, _ context: TLSContext) throws(TLSError) {
        guard let session = SSL_new(context.raw) else { throw TLSError("TLS session") }
        raw = session
        self.context = context
        SSL_set_fd(session, descriptor)
        ERR_clear_error()
        guard SSL_accept(session) == 1 else { throw TLSError("TLS handshake") }
    }

    deinit { SSL_free(raw) }

    /// Decrypts into `room`.
    /// - Returns: how many bytes; 0 or less at the peer's end, after an error or the socket's time.
    package func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        ERR_clear_error()
        return Int(SSL_read(raw, room.baseAddress, Int32(clamping: room.count)))
    }

    /// Sends some of `bytes`.
    /// - Returns: how many; 0 or less when no more can be sent.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        ERR_clear_error()
        return Int(SSL_write(raw, bytes.baseAddress, Int32(clamping: bytes.count)))
    }

    /// Tells the peer that nothing follows (close_notify), without waiting for its own.
    package func close() { SSL_shutdown(raw) }
}
