import VigieEngine

extension Rollout {
    /// The object without its status, as a person would write it.
    package var json: JSONValue {
        var object = ObjectBuilder()
        object.add("apiVersion", Self.apiVersion)
        object.add("kind", Self.kind)
        var meta = ObjectBuilder()
        meta.add("name", metadata.name)
        if !metadata.namespace.isEmpty { meta.add("namespace", metadata.namespace) }
        var annotations = ObjectBuilder()
        for (key, value) in metadata.annotations.sorted(by: { $0.key < $1.key }) {
            annotations.add(key, value)
        }
        meta.add("annotations", object: annotations)
        object.add("metadata", object: meta)
        object.add("spec", spec.json)
        return object.value
    }
}
