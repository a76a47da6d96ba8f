import VigieEngine
import VigieHTTP
import VigieKubernetes

/// The pods of a namespace that a label selector names.
package struct ClusterPods: PodFinder {
    private let client: KubernetesClient
    private let namespace: String
    private let selector: String
    private let port: Int
    private let scheme: String
    private let cancellation: HTTPCancellation

    /// An annotation that says another admin port than ``init(_:namespace:selector:port:usesTLS:_:)``.
    package static let portAnnotation = "vigie.dev/admin-port"

    /// - Parameters:
    ///   - selector: "app.kubernetes.io/name=vigie".
    ///   - port: of the admin port, where a pod has no annotation.
    package init(
        _ client: KubernetesClient, namespace: String, selector: String, port: Int, usesTLS: Bool,
        _ cancellation: HTTPCancellation
    ) {
        self.client = client
        self.namespace = namespace
        self.selector = selector
        self.port = port
        scheme = usesTLS ? "https" : "http"
        self.cancellation = cancellation
    }

    package func pods() throws(KubernetesError) -> [PodPlace] {
        let path = ResourcePath(version: "v1", plural: "pods", namespace: namespace)
        return try client.list(path, labelSelector: selector, cancellation).objects
            .compactMap(place).sorted { $0.name < $1.name }
    }

    /// Nil for a pod that has no address yet, has ended, or is going.
    func place(_ pod: JSONValue) -> PodPlace? {
        let status = pod["status"]
        let phase = status?["phase"]?.string ?? ""
        guard let address = status?["podIP"]?.string, !address.isEmpty,
            pod["metadata"]?["deletionTimestamp"] == nil, phase != "Succeeded", phase != "Failed"
        else { return nil }
        let noted = pod["metadata"]?["annotations"]?[Self.portAnnotation]?.string
        let port = noted.flatMap { Int($0) } ?? self.port
        let isReady =
            status?["conditions"]?.array?.contains {
                $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
            } ?? false
        let host = address.contains(":") ? "[\(address)]" : address
        return PodPlace(
            name: pod.objectName, url: "\(scheme)://\(host):\(port)", isReady: isReady,
            isWatched: true)
    }
}
