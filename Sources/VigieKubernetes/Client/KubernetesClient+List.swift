import VigieEngine
import VigieHTTP

/// Objects of one kind, as they were at one moment.
package struct ObjectList: Sendable {
    package var objects: [JSONValue]
    /// That moment: a watch goes on from it.
    package var resourceVersion: String
}

extension KubernetesClient {
    /// All objects of a kind, page by page. Of the whole history the newest state is asked for: an
    /// older one from a server's cache could set rollouts back.
    /// - Parameters:
    ///   - labelSelector: as in ``ListWatchOptions``.
    ///   - pageSize: objects of one answer.
    ///   - objectsMax: more are an error.
    package func list(
        _ path: ResourcePath, labelSelector: String?, pageSize: Int = 500,
        objectsMax: Int = 10_000, _ cancellation: HTTPCancellation? = nil
    ) throws(KubernetesError) -> ObjectList {
        var objects: [JSONValue] = []
        var next = ""
        while true {
            var query = [("limit", String(pageSize))]
            if let labelSelector { query.append(("labelSelector", labelSelector)) }
            if !next.isEmpty { query.append(("continue", next)) }
            let page = try send("GET", path, query: query, cancellation: cancellation)
            guard let items = page["items"]?.array, !page.resourceVersion.isEmpty else {
                throw KubernetesError(.malformed, "GET \(path.path): the answer is no list")
            }
            guard objects.count + items.count <= objectsMax else {
                throw KubernetesError(
                    .tooLarge, "GET \(path.path): there are more than \(objectsMax)")
            }
            objects += items
            next = page["metadata"]?["continue"]?.string ?? ""
            if next.isEmpty {
                return ObjectList(objects: objects, resourceVersion: page.resourceVersion)
            }
        }
    }
}
