import ArgumentParser
import VigieCommandLine
import VigieTransport

/// The pod's certificate, and what it asks of its callers'.
struct TLSOptions: ParsableArguments {
    /// How strictly callers' certificates are asked for.
    enum ClientAuth: String, ExpressibleByArgument, CaseIterable {
        case optional, required
    }

    @Option(help: .init("Certificate chain, PEM, leaf first. Turns TLS on.", valueName: "file"))
    var tlsCert: String?

    @Option(help: .init("Private key of the certificate, PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: .init("Authorities of callers' certificates, PEM. Turns mTLS on.", valueName: "file"))
    var tlsClientCa: String?

    @Option(help: .init("Whether a caller must have a certificate.", valueName: "how"))
    var tlsClientAuth = ClientAuth.required

    @Option(
        help: .init(
            "How often the files are looked at for a renewed certificate (SIGHUP: at once).",
            valueName: "time"))
    var tlsReloadInterval = TimeSpan(.seconds(10))

    @Flag(help: "The admin port speaks TLS, too, with the same certificate; nobody's is asked for.")
    var adminTls = false

    func validate() throws {
        if adminTls, tlsCert == nil {
            throw ValidationError("--admin-tls needs --tls-cert and --tls-key.")
        }
        if (tlsCert == nil) != (tlsKey == nil) {
            throw ValidationError(
                "--tls-cert and --tls-key belong together: --\(tlsCert == nil ? "tls-cert" : "tls-key") is missing."
            )
        }
        if tlsClientCa != nil, tlsCert == nil {
            throw ValidationError("--tls-client-ca needs --tls-cert and --tls-key.")
        }
        guard tlsReloadInterval.duration >= .milliseconds(100) else {
            throw ValidationError("--tls-reload-interval must be 100ms or more.")
        }
    }

    /// Of the admin port; nil for cleartext. Probes and scrapers have no certificates: who may read is
    /// for the admin token to say.
    var adminConfiguration: TLSConfiguration? {
        guard adminTls else { return nil }
        return TLSConfiguration(certificateFile: tlsCert, keyFile: tlsKey)
    }

    /// Nil for cleartext.
    var configuration: TLSConfiguration? {
        guard let tlsCert, let tlsKey else { return nil }
        let asked: TLSConfiguration.PeerCertificate =
            tlsClientCa == nil ? .none : (tlsClientAuth == .required ? .required : .optional)
        return TLSConfiguration(
            certificateFile: tlsCert, keyFile: tlsKey, authorityFile: tlsClientCa,
            peerCertificate: asked)
    }
}
