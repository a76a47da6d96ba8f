import VigieEngine
import VigieKubernetes
import VigieRollouts

/// The ModelRollouts of a namespace of a Kubernetes cluster.
package final class ClusterPlace: RolloutPlace {
    private let client: KubernetesClient
    private let namespace: String
    private let selector: String?
    private let path: ResourcePath

    /// - Parameter selector: of labels; nil for all.
    package init(_ client: KubernetesClient, namespace: String, selector: String?) {
        self.client = client
        self.namespace = namespace
        self.selector = selector
        path = RolloutResource.path(namespace: namespace)
    }

    package var place: String { "modelrollouts of \(namespace) at \(client.configuration.server)" }

    package func all() throws(EditRefusal) -> [StoredRollout] {
        try objects().map(StoredRollout.init).sorted { $0.metadata.name < $1.metadata.name }
    }

    private func objects() throws(EditRefusal) -> [JSONValue] {
        do throws(KubernetesError) {
            return try client.list(path, labelSelector: selector).objects
                .map { RolloutResource.document($0).content }
        } catch { throw EditRefusal(error.message) }
    }

    package func one(_ name: String) throws(EditRefusal) -> StoredRollout {
        StoredRollout(try object(name))
    }

    private func object(_ name: String) throws(EditRefusal) -> JSONValue {
        guard let found = try find(name) else {
            throw EditRefusal(
                .noRollout(name, in: place, names: try objects().map(\.objectName)))
        }
        return RolloutResource.document(found).content
    }

    /// Nil when there is none of that name.
    private func find(_ name: String) throws(EditRefusal) -> JSONValue? {
        let failure: KubernetesError
        do throws(KubernetesError) { return try client.get(path.named(name)) } catch {
            failure = error
        }
        guard failure.reason == .notFound else { throw EditRefusal(failure.message) }
        return nil
    }

    package func change(
        _ name: String, _ edit: (EditedRollout) throws(EditRefusal) -> RolloutEdit
    ) throws(EditRefusal) -> EditOutcome {
        for _ in 0..<2 {
            let object = try object(name)
            let edited = try edit(EditedRollout(try StoredRollout(object).good(name)))
            // Said of a specification that nobody else may have changed meanwhile.
            let version = FieldChange(
                ["metadata", "resourceVersion"], .string(object.resourceVersion))
            let patch = JSONValue.mergePatch(edited.changes + [version])
            let patched = try unlessLate { () throws(KubernetesError) in
                try client.patch(path.named(name), .merge, patch)
            }
            if patched != nil {
                return EditOutcome(
                    edited, of: object, origin: "modelrollout \(namespace)/\(name)")
            }
        }
        throw EditRefusal("\(name) was changed by somebody else meanwhile, twice: try again")
    }

    package func put(_ written: WrittenRollout) throws(EditRefusal) -> PutOutcome {
        let name = written.rollout.metadata.name
        let own = written.rollout.metadata.namespace
        guard own.isEmpty || own == namespace else {
            throw EditRefusal(
                "\(written.origin): metadata.namespace is '\(own)', not '\(namespace)': "
                    + "see --rollouts-namespace")
        }
        for _ in 0..<2 {
            guard let old = try find(name) else {
                let object = written.content.setting("status", nil)
                let made = try unlessLate { () throws(KubernetesError) in
                    try client.create(path, object)
                }
                if made != nil { return .created }
                continue
            }
            let object = Self.replacing(old, written.content)
            let new = try unlessLate { () throws(KubernetesError) in
                try client.update(path.named(name), object)
            }
            // The server gives no new version to an object that is as it was.
            if let new {
                return new.resourceVersion == old.resourceVersion ? .unchanged : .changed
            }
        }
        throw EditRefusal("\(name) was changed by somebody else meanwhile, twice: try again")
    }

    /// The object with the specification that somebody has written, and their labels and annotations
    /// besides those that it has.
    private static func replacing(_ old: JSONValue, _ written: JSONValue) -> JSONValue {
        var changes = [FieldChange(["spec"], written["spec"])]
        for kind in ["labels", "annotations"] {
            for (key, value) in written["metadata"]?[kind]?.object?.members ?? [] {
                changes.append(FieldChange(["metadata", kind, key], value))
            }
        }
        return old.applying(changes)
    }

    /// Nil when somebody else was faster.
    private func unlessLate(
        _ request: () throws(KubernetesError) -> JSONValue
    ) throws(EditRefusal) -> JSONValue? {
        let failure: KubernetesError
        do throws(KubernetesError) { return try request() } catch { failure = error }
        guard failure.reason == .conflict || failure.reason == .alreadyExists else {
            throw EditRefusal(failure.message)
        }
        return nil
    }
}
