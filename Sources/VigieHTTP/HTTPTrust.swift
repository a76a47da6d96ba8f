/// Whom a client believes, and who it says it is.
package struct HTTPTrust: Sendable {
    /// PEM, by path or as it is.
    package enum Certificates: Sendable {
        case file(String)
        case pem([UInt8])
    }

    /// Authorities that servers' certificates are checked against; nil: those of the system.
    package var authorities: Certificates?
    /// The client's certificate chain and its key, both or none.
    package var certificate: Certificates?
    package var key: Certificates?
    /// False takes any certificate of any name: for kubeconfigs that say so, and for nothing else.
    package var isVerified = true

    package init() {}
}
