import VigieKubernetes

/// Where a pod's admin port is.
package struct PodPlace: Sendable, Hashable {
    /// The pod's name, or its address.
    package var name: String
    /// "http://10.1.2.3:8501", without a slash at its end.
    package var url: String
    /// Whether it gets requests, as far as is known.
    package var isReady: Bool
    /// Whether somebody watches that, as Kubernetes does; else a pod that does not answer counts as
    /// not ready.
    package var isWatched: Bool

    package init(name: String, url: String, isReady: Bool = true, isWatched: Bool = false) {
        self.name = name
        self.url = url
        self.isReady = isReady
        self.isWatched = isWatched
    }

    /// Host and port, where it speaks TLS.
    var secured: (host: Substring, port: Substring)? {
        guard url.hasPrefix("https://") else { return nil }
        let place = url.dropFirst("https://".count)
        // The last colon outside of an IPv6 address's brackets.
        guard let colon = place.lastIndex(of: ":"), place[colon...].allSatisfy({ $0 != "]" })
        else { return (place, "443") }
        return (place[..<colon], place[place.index(after: colon)...])
    }
}

/// Who knows which pods there are.
package protocol PodFinder: Sendable {
    /// All pods that should carry out rollouts, in the order of their names. May block.
    func pods() throws(KubernetesError) -> [PodPlace]
}

/// Pods whose addresses somebody has written down.
package struct NamedPods: PodFinder {
    private let places: [PodPlace]

    package init(_ places: [PodPlace]) { self.places = places }

    package func pods() -> [PodPlace] { places }
}
