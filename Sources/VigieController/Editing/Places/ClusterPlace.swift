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

    package var unreadable: [String] { [] }

    package func all() throws(EditRefusal) -> [StoredRollout] {
        try objects().map(StoredRollout.init).sorted { $0.metadata.name < $1.metadata.name }
    }

    private func objects() throws(EditRefusal) -> [JSONValue] {
        do throws(KubernetesError) {
            return try client.list(path, labelSelector: selector).objects
                .map { RolloutResource.document($0).content }
        } catch { throw EditRefusal(error) }
    }

    package func one(_ name: String) throws(EditRefusal) -> StoredRollout {
        StoredRollout(try object(name))
    }

    private func object(_ name: String) throws(EditRefusal) -> JSONValue {
        guard let found = try find(name) else {
            throw absent(name)
        }
        return RolloutResource.document(found).content
    }

    /// Nil when there is none of that name.
    private func find(_ name: String) throws(EditRefusal) -> JSONValue? {
        let failure: KubernetesError
        do throws(KubernetesError) { return try client.get(path.named(name)) } catch {
            failure = error
        }
        guard failure.reason == .notFound else { throw EditRefusal(failure) }
        return nil
    }

    private func absent(_ name: String) -> EditRefusal {
        do throws(KubernetesError) {
            let names = try client.list(path, labelSelector: nil).objects.map(\.objectName)
            return EditRefusal(.noRollout(name, in: place, names: names))
        } catch {
            // Who may not list them is told as much as they may know.
            return EditRefusal("there is no rollout '\(name)' among the \(place)")
        }
    }

    package func change(
        _ name: String, _ edit: (EditedRollout) throws(EditRefusal) -> RolloutEdit
    ) throws(EditRefusal) -> EditOutcome {
        var tries = EditTries()
        while let object = try tries.next({ () throws(EditRefusal) in try object(name) }) {
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
        throw .changedMeanwhile(name)
    }

    package func put(_ written: WrittenRollout) throws(EditRefusal) -> PutOutcome {
        let name = written.rollout.metadata.name
        let own = written.rollout.metadata.namespace
        guard own.isEmpty || own == namespace else {
            throw EditRefusal(
                "\(written.origin): metadata.namespace is '\(own)', not '\(namespace)': "
                    + "see --rollouts-namespace")
        }
        var tries = EditTries()
        while let found = try tries.next({ () throws(EditRefusal) in try find(name) ?? .null }) {
            guard found != .null else {
                let object = written.content.setting("status", nil)
                let made = try unlessLate { () throws(KubernetesError) in
                    try client.create(path, object)
                }
                if made != nil { return .created }
                continue
            }
            let object = Self.replacing(found, written.content)
            let new = try unlessLate { () throws(KubernetesError) in
                try client.update(path.named(name), object)
            }
            // The server gives no new version to an object that is as it was.
            if let new {
                return new.resourceVersion == found.resourceVersion ? .unchanged : .changed
            }
        }
        throw .changedMeanwhile(name)
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
            throw EditRefusal(failure)
        }
        return nil
    }
}

extension EditRefusal {
    /// With what to do about it, where the server does not say.
    package init(_ error: KubernetesError) {
        let advice =
            switch error.reason {
            case .unauthorized:
                ": the token or certificate of the kubeconfig has expired, or is another cluster's"
            case .unreachable: ": the API server does not answer"
            case .unknownKind:
                ": `kubectl apply -f k8s/crd/modelrollout.yaml` makes ModelRollouts known to it"
            default: ""
            }
        self.init(error.message + advice, patience: Self.patience(error))
    }

    private static func patience(_ error: KubernetesError) -> Duration? {
        switch error.reason {
        // A server that has just started does not know yet who may do what.
        case .forbidden, .unauthorized: .seconds(30)
        default: error.isTransient ? .seconds(Int64.max) : nil
        }
    }
}
