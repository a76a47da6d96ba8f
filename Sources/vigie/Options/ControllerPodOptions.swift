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

    @OptionGroup var access: PodAccessOptions

    @Option(help: .init("How long one pod may take to answer.", valueName: "time"))
    var podsTimeout = TimeSpan(.seconds(2))

    func validate() throws {
        guard (.milliseconds(10) ... .seconds(60)).contains(podsTimeout.duration) else {
            throw ValidationError("--pods-timeout must be from 10ms to 60s.")
        }
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
