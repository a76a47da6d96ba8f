import COpenSSL

/// What the sessions of one configuration share: certificate, key, trusted authorities, ALPN `h2`.
///
/// It is immutable once made, so loops share it; a reload makes a new one, and connections that are
/// open keep the old until they end.
package final class TLSContext: @unchecked Sendable {
    enum Role { case server, client }

    /// What is spoken inside, by its name in ALPN (RFC 7301).
    package enum Application: Sendable {
        /// `h2`: peers that do not offer it are turned away.
        case http2
        /// `http/1.1`, also for peers that offer nothing.
        case http1
    }

    let raw: OpaquePointer
    let role: Role
    let serverName: String?

    private init(
        role: Role, _ configuration: TLSConfiguration, _ application: Application = .http2
    ) throws(TLSError) {
        self.role = role
        serverName = configuration.serverName
        let method = role == .server ? TLS_server_method() : TLS_client_method()
        guard let context = SSL_CTX_new(method) else { throw TLSError("TLS context") }
        raw = context
        vigieSSLSetUp(context)
        try load(configuration)
        try trust(configuration)
        role == .server ? selectALPN(application) : offerALPN()
    }

    deinit { SSL_CTX_free(raw) }

    package static func server(
        _ configuration: TLSConfiguration, speaking application: Application = .http2
    ) throws(TLSError) -> TLSContext {
        guard configuration.certificateFile != nil, configuration.keyFile != nil else {
            throw TLSError("TLS", reason: "a server needs both a certificate and a key file")
        }
        return try TLSContext(role: .server, configuration, application)
    }

    package static func client(_ configuration: TLSConfiguration) throws(TLSError) -> TLSContext {
        guard configuration.serverName != nil else {
            throw TLSError(
                "TLS", reason: "a client needs the name that the server's certificate must carry")
        }
        return try TLSContext(role: .client, configuration)
    }

    private func load(_ configuration: TLSConfiguration) throws(TLSError) {
        guard let certificate = configuration.certificateFile, let key = configuration.keyFile
        else { return }
        guard SSL_CTX_use_certificate_chain_file(raw, certificate) == 1 else {
            throw TLSError("certificate file \(certificate)")
        }
        guard SSL_CTX_use_PrivateKey_file(raw, key, SSL_FILETYPE_PEM) == 1 else {
            throw TLSError("key file \(key)")
        }
        guard SSL_CTX_check_private_key(raw) == 1 else {
            throw TLSError("key file \(key) does not belong to certificate \(certificate)")
        }
    }

    private func trust(_ configuration: TLSConfiguration) throws(TLSError) {
        if let file = configuration.authorityFile {
            guard SSL_CTX_load_verify_locations(raw, file, nil) == 1 else {
                throw TLSError("authority file \(file)")
            }
            if role == .server { SSL_CTX_set_client_CA_list(raw, SSL_load_client_CA_file(file)) }
        } else if role == .client {
            SSL_CTX_set_default_verify_paths(raw)
        }
        switch (role, configuration.peerCertificate) {
        case (.server, .none): SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nil)
        case (.server, .optional): SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
        case (.server, .required):
            SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        case (.client, _): SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
        }
        // Sessions resumed from another context would skip the check of the client's certificate.
        let id: [UInt8] = Array("vigie".utf8)
        SSL_CTX_set_session_id_context(raw, id, UInt32(id.count))
        // Clients resume by tickets, which cost a server no memory; its own cache of sessions does, and
        // one ticket a connection is enough for callers that hold theirs for half an hour.
        SSL_CTX_ctrl(raw, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        SSL_CTX_set_num_tickets(raw, 1)
    }

    /// ALPN's wire form: a length byte, then the name (RFC 7301 §3.1).
    private static let h2: [UInt8] = [2] + Array("h2".utf8)
    private static let http1: [UInt8] = [8] + Array("http/1.1".utf8)

    private func offerALPN() { SSL_CTX_set_alpn_protos(raw, Self.h2, UInt32(Self.h2.count)) }

    private func selectALPN(_ application: Application) {
        switch application {
        case .http2:
            SSL_CTX_set_alpn_select_cb(
                raw,
                { _, chosen, count, offered, offeredCount, _ in
                    TLSContext.select(
                        TLSContext.h2,
                        UnsafeBufferPointer(start: offered, count: Int(offeredCount)),
                        chosen, count)
                }, nil)
        case .http1:
            SSL_CTX_set_alpn_select_cb(
                raw,
                { _, chosen, count, offered, offeredCount, _ in
                    TLSContext.select(
                        TLSContext.http1,
                        UnsafeBufferPointer(start: offered, count: Int(offeredCount)), chosen, count
                    )
                }, nil)
        }
    }

    /// Finds `wanted` in the client's list; the answer must point into that.
    private static func select(
        _ wanted: [UInt8], _ offered: UnsafeBufferPointer<UInt8>,
        _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
        _ count: UnsafeMutablePointer<UInt8>?
    ) -> Int32 {
        var position = 0
        while position < offered.count {
            let length = Int(offered[position])
            guard position + 1 + length <= offered.count else { break }
            if offered[position...position + length].elementsEqual(wanted),
                let base = offered.baseAddress
            {
                chosen?.pointee = base + position + 1
                count?.pointee = UInt8(length)
                return SSL_TLSEXT_ERR_OK
            }
            position += 1 + length
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
}

/// Options that OpenSSL's headers offer as macros only.
private func vigieSSLSetUp(_ context: OpaquePointer) {
    SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    SSL_CTX_ctrl(
        context, SSL_CTRL_MODE,
        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
            | SSL_MODE_RELEASE_BUFFERS, nil)
    // RFC 9113 §9.2.1: no renegotiation, no compression.
    SSL_CTX_set_options(
        context, UInt64(SSL_OP_NO_COMPRESSION_VALUE | SSL_OP_NO_RENEGOTIATION_VALUE))
    // RFC 9113 §9.2.2: with TLS 1.2 only ephemeral key exchange with AEAD ciphers.
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20")
}

// OpenSSL 3 defines these as SSL_OP_BIT(n), which Swift does not import.
private let SSL_OP_NO_COMPRESSION_VALUE: UInt64 = 1 << 17
private let SSL_OP_NO_RENEGOTIATION_VALUE: UInt64 = 1 << 30
private let SSL_MODE_ENABLE_PARTIAL_WRITE = 0x1
private let SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER = 0x2
private let SSL_MODE_RELEASE_BUFFERS = 0x10
