import VigieEngine
import VigieRollouts
import VigieRouting

/// Where ModelRollouts are in the API.
package enum RolloutResource {
    /// - Parameter namespace: nil for all.
    package static func path(namespace: String?) -> ResourcePath {
        ResourcePath(
            group: Rollout.group,
            version: String(Rollout.apiVersion.dropFirst(Rollout.group.utf8.count + 1)),
            plural: Rollout.plural, namespace: namespace)
    }

    /// An object of the API as its readers take it: without what only the API server needs, and with
    /// the kind that the items of a list leave out.
    package static func document(_ object: JSONValue) -> RolloutDocument {
        let metadata = object["metadata"]?.setting("managedFields", nil)
        let content = object.setting("metadata", metadata)
            .setting("apiVersion", .string(Rollout.apiVersion))
            .setting("kind", .string(Rollout.kind))
        return RolloutDocument(
            name: object.objectName,
            origin: "modelrollout \(object.objectNamespace)/\(object.objectName)",
            content: content)
    }
}
