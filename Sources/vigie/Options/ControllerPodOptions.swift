import ArgumentParser
import VigieCommandLine
import VigieController
import VigieHTTP
import VigieKubernetes

/// Which pods a controller asks, and how.
struct ControllerPodOptions: ParsableArguments {
    /// `http://10.0.0.1:8501,http://10.0.0.2:8501`.
    struct Addresses: ExpressibleByArgument {
        var urls: [String] = []

        init() {}

        init?(argument: String) {
            for part in argument.split(separator: ",") {
                var url = part.filter { !$0.isWhitespace }
                while url.hasSuffix("/") { url.removeLast() }
                guard url.hasPrefix("http://") || url.hasPrefix("https://") else { return nil }
                urls.append(url)
            }
            guard !urls.isEmpty else { return nil }
        }

        var defaultValueDescription: String { "found by --pods-selector" }
        var isEmpty: Bool { urls.isEmpty }
        var places: [PodPlace] { urls.map { PodPlace(name: $0, url: $0) } }
    }

    @Option(
        help: .init(
            "Admin ports of the pods: http://10.0.0.1:8501,http://10.0.0.2:8501.",
            valueName: "urls"))
    var pods = Addresses()

    @Option(help: .init("Label selector of the pods.", valueName: "selector"))
    var podsSelector = "app.kubernetes.io/name=vigie"

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

    @Option(help: .init("How long one pod may take to answer.", valueName: "time"))
    var podsTimeout = TimeSpan(.seconds(2))

    func validate() throws {
        guard (1...65_535).contains(podsAdminPort) else {
            throw ValidationError("--pods-admin-port is \(podsAdminPort); it must be 1 to 65535.")
        }
        guard (.milliseconds(10) ... .seconds(60)).contains(podsTimeout.duration) else {
            throw ValidationError("--pods-timeout must be from 10ms to 60s.")
        }
    }

    /// - Parameter agent: for the pods' logs.
    func scraper(agent: String, _ cancellation: HTTPCancellation) throws(StartFailure)
        -> PodScraper
    {
        try PodScraper(
            authority: podsCa, serverName: podsTlsName, tokenFile: podsTokenFile,
            timeout: podsTimeout.duration, agent: agent, cancellation)
    }
}

extension PodScraper {
    /// - Parameters:
    ///   - authority: a PEM file; read again for each connection, as it may be renewed.
    ///   - tokenFile: read again as it is renewed.
    /// - Throws: when a file is of no use now.
    convenience init(
        authority: String?, serverName: String?, tokenFile: String?, timeout: Duration,
        agent: String, _ cancellation: HTTPCancellation
    ) throws(StartFailure) {
        var trust = HTTPTrust()
        if let authority {
            do { _ = try TextFile.read(authority) } catch {
                throw StartFailure(description: "--pods-ca: \(error)")
            }
            trust.authorities = .file(authority)
        }
        let credentials = tokenFile.map { Credentials(tokenFile: $0) } ?? Credentials()
        do throws(KubernetesError) { _ = try credentials.current() } catch {
            throw StartFailure(description: "--pods-token-file: \(error)")
        }
        self.init(
            trust: trust, serverName: serverName, credentials: credentials, timeout: timeout,
            agent: agent, cancellation)
    }
}

/// Where queries of analyses go.
struct PrometheusOptions: ParsableArguments {
    @Option(
        help: .init(
            "Prometheus for analyses that name no address: http://prometheus:9090.",
            valueName: "url"))
    var prometheus: String?

    @Option(help: .init("How long a query may take.", valueName: "time"))
    var queryTimeout = TimeSpan(.seconds(10))

    func validate() throws {
        if let prometheus, !prometheus.hasPrefix("http://"), !prometheus.hasPrefix("https://") {
            throw ValidationError(
                "--prometheus is '\(prometheus)'; it must begin with http:// or https://.")
        }
        guard (.milliseconds(100) ... .seconds(300)).contains(queryTimeout.duration) else {
            throw ValidationError("--query-timeout must be from 100ms to 5m.")
        }
    }
}
