import ArgumentParser
import VigieController
import VigieHTTP
import VigieKubernetes

/// Pods that a watcher asks.
struct WatchedPodOptions: ParsableArguments {
    @Option(
        help: .init(
            "Admin ports of pods: http://10.0.0.1:8501,http://10.0.0.2:8501.", valueName: "urls"))
    var pods: ControllerPodOptions.Addresses?

    @Option(
        help: .init(
            "Label selector of the cluster's pods, asked at their own addresses: app.kubernetes.io/name=vigie.",
            valueName: "selector"))
    var podsSelector: String?

    @OptionGroup var access: PodAccessOptions

    func validate() throws {
        guard pods == nil || podsSelector == nil else {
            throw ValidationError("--pods and --pods-selector: one of them says which pods.")
        }
    }

    /// Nil when no pods are to be asked.
    func source(_ place: RolloutPlaceOptions) throws -> WatchedPods? {
        guard pods != nil || podsSelector != nil else { return nil }
        let cancellation = HTTPCancellation()
        do throws(StartFailure) {
            let scraper = try access.scraper(
                timeout: .seconds(2), agent: "vigie-rollout/\(Build.version)", cancellation)
            return WatchedPods(finder: try finder(place, cancellation), scraper: scraper)
        } catch { throw EditRefusal(error.description) }
    }

    private func finder(
        _ place: RolloutPlaceOptions, _ cancellation: HTTPCancellation
    ) throws(StartFailure) -> any PodFinder {
        if let pods { return NamedPods(pods.places) }
        let client = try place.kubernetes.client(agent: "vigie-rollout")
        return ClusterPods(
            client,
            namespace: place.kubernetes.rolloutsNamespace ?? client.configuration.namespace,
            selector: podsSelector ?? "", port: access.podsAdminPort, usesTLS: access.podsCa != nil,
            cancellation)
    }
}

/// The pods that a watcher looks at, found anew each time.
struct WatchedPods {
    let finder: any PodFinder
    let scraper: PodScraper

    /// - Throws: when nobody says which pods there are.
    func answers() throws(EditRefusal) -> [PodScraper.Answer] {
        let places: [PodPlace]
        do throws(KubernetesError) { places = try finder.pods() } catch {
            throw EditRefusal(error)
        }
        return scraper.scrape(places)
    }
}
