/// Which files a server's or client's TLS uses.
package struct TLSConfiguration: Sendable, Equatable {
    /// What is asked of the other side's certificate.
    package enum PeerCertificate: String, Sendable, CaseIterable {
        /// Not asked for.
        case none
        /// Verified when the peer sends one.
        case optional
        /// The handshake fails without one.
        case required
    }

    /// PEM chain, leaf first.
    package var certificateFile: String?
    /// PEM private key of the leaf.
    package var keyFile: String?
    /// PEM bundle that peers' certificates must lead to; for a client, nil means the system's roots.
    package var authorityFile: String?
    package var peerCertificate: PeerCertificate
    /// Client: the name or IP address that the server's certificate must carry. Required there.
    package var serverName: String?

    package init(
        certificateFile: String? = nil, keyFile: String? = nil, authorityFile: String? = nil,
        peerCertificate: PeerCertificate = .none, serverName: String? = nil
    ) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.authorityFile = authorityFile
        self.peerCertificate = peerCertificate
        self.serverName = serverName
    }
}
