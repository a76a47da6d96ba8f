import ArgumentParser
import VigieController
import VigieHTTP
import VigieKubernetes

/// How pods' admin ports are reached, by a controller and by those who watch.
struct PodAccessOptions: ParsableArguments {
    @Option(
        help: .init(
            "Admin port of a pod that has no annotation vigie.dev/admin-port.", valueName: "port"))
    var podsAdminPort = 8501

    @Option(
        help: .init("File with the token that the pods' admin ports ask for.", valueName: "file"))
    var podsTokenFile: String?

    @Option(
        help: .init(
            "Authority of the pods' certificates, PEM; pods that are found are asked over TLS then.",
            valueName: "file"))
    var podsCa: String?

    @Option(
        help: .init(
            "The name that the pods' certificates bear, such as vigie.scoring.svc; default: their address.",
            valueName: "name"))
    var podsTlsName: String?

    func validate() throws {
        guard (1...65_535).contains(podsAdminPort) else {
            throw ValidationError("--pods-admin-port is \(podsAdminPort); it must be 1 to 65535.")
        }
    }

    /// - Parameters:
    ///   - timeout: how long one pod may take to answer.
    ///   - agent: for the pods' logs.
    /// - Throws: when a file is of no use now. The authority is read again for each connection, as it may be
    ///   renewed, and the token as it is renewed.
    func scraper(
        timeout: Duration, agent: String, _ cancellation: HTTPCancellation
    ) throws(StartFailure) -> PodScraper {
        var trust = HTTPTrust()
        if let podsCa {
            do { _ = try TextFile.read(podsCa) } catch {
                throw StartFailure(description: "--pods-ca: \(error)")
            }
            trust.authorities = .file(podsCa)
        }
        let credentials = podsTokenFile.map { Credentials(tokenFile: $0) } ?? Credentials()
        do throws(KubernetesError) { _ = try credentials.current() } catch {
            throw StartFailure(description: "--pods-token-file: \(error)")
        }
        return PodScraper(
            trust: trust, serverName: podsTlsName, credentials: credentials, timeout: timeout,
            agent: agent, cancellation)
    }
}
