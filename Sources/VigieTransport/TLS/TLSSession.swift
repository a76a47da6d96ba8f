import COpenSSL
import Glibc

/// One TLS connection as bytes in and bytes out; it knows no socket.
final class TLSSession {
    private let raw: OpaquePointer
    /// Keeps the certificate in use alive over a reload.
    private let context: TLSContext
    /// Where encrypted bytes go; whoever calls takes them out before another session has its turn.
    let output: CipherBuffer
    /// Encrypted bytes that OpenSSL has not asked for yet, in the caller's memory.
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private(set) var isEstablished = false

    init(_ context: TLSContext, output: CipherBuffer) throws(TLSError) {
        guard let session = SSL_new(context.raw) else { throw TLSError("TLS session") }
        raw = session
        self.context = context
        self.output = output
        // From here on `deinit` frees the SSL, and with it the BIO.
        guard let bio = MemoryBIO.make(for: self) else { throw TLSError("TLS buffers") }
        SSL_set_bio(session, bio, bio)
        switch context.role {
        case .server: SSL_set_accept_state(session)
        case .client:
            SSL_set_connect_state(session)
            if let name = context.serverName { expect(name) }
        }
    }

    deinit { SSL_free(raw) }

    /// The server's certificate must be for `name`, which it is told unless it is an address
    /// (RFC 6066 §3: no literal addresses in server_name).
    private func expect(_ name: String) {
        var address = in6_addr()
        let isAddress =
            inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1
        if isAddress {
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(raw), name)
        } else {
            _ = name.withCString {
                SSL_ctrl(
                    raw, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
                    UnsafeMutableRawPointer(mutating: $0))
            }
            SSL_set1_host(raw, name)
        }
    }

    /// Lends bytes from the socket for the length of `body`, which reads until there are no more.
    func withInput<Failure: Error>(
        _ bytes: UnsafeRawBufferPointer, _ body: () throws(Failure) -> Void
    ) throws(Failure) {
        input = bytes
        defer { input = UnsafeRawBufferPointer(start: nil, count: 0) }
        try body()
    }

    /// Gives OpenSSL the next encrypted bytes; 0 when there are none.
    func takeInput(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, input.count)
        guard count > 0 else { return 0 }
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
        input = UnsafeRawBufferPointer(rebasing: input[count...])
        return count
    }

    /// Goes on with the handshake as far as the bytes at hand allow.
    func handshake() throws(TLSError) {
        guard !isEstablished else { return }
        ERR_clear_error()
        let code = SSL_do_handshake(raw)
        if code == 1 {
            isEstablished = true
            return
        }
        switch SSL_get_error(raw, code) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
        default:
            let verdict = SSL_get_verify_result(raw)
            guard verdict == Int(X509_V_OK) else {
                ERR_clear_error()
                throw TLSError(
                    "TLS handshake: the peer's certificate",
                    reason: String(cString: X509_verify_cert_error_string(verdict)))
            }
            throw TLSError("TLS handshake")
        }
    }

    /// Decrypts into `room`; nil when more bytes from the socket are needed, 0 at the peer's end.
    func read(into room: UnsafeMutableRawBufferPointer) throws(TLSError) -> Int? {
        ERR_clear_error()
        let count = SSL_read(raw, room.baseAddress, Int32(clamping: room.count))
        if count > 0 { return Int(count) }
        switch SSL_get_error(raw, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return nil
        case SSL_ERROR_ZERO_RETURN: return 0
        default: throw TLSError("TLS read")
        }
    }

    /// Encrypts all of `bytes` into ``output``.
    func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
        var rest = bytes
        while rest.count > 0 {
            ERR_clear_error()
            let count = SSL_write(raw, rest.baseAddress, Int32(clamping: rest.count))
            guard count > 0 else { throw TLSError("TLS write") }
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(count)...])
        }
    }

    /// Tells the peer that nothing follows (close_notify).
    func close() { SSL_shutdown(raw) }

    /// True when the peer agreed to `h2`.
    var negotiatedHTTP2: Bool {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(raw, &name, &count)
        guard let name, count == 2 else { return false }
        return name[0] == 0x68 && name[1] == 0x32
    }

    /// The handshake took up an earlier session.
    var isResumed: Bool { SSL_session_reused(raw) == 1 }

    /// For example "TLSv1.3".
    var version: String { String(cString: SSL_get_version(raw)) }

    /// Who the peer is by its verified certificate; nil when it sent none.
    func peerIdentity() -> PeerIdentity? {
        guard let certificate = SSL_get1_peer_certificate(raw) else { return nil }
        defer { X509_free(certificate) }
        guard SSL_get_verify_result(raw) == Int(X509_V_OK) else { return nil }
        return PeerIdentity(certificate)
    }
}
