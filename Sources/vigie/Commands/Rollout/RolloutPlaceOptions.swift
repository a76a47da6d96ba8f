import ArgumentParser
import Glibc
import VigieController
import VigieKubernetes
import VigieRegistry

/// Which rollouts the sub-commands work on.
struct RolloutPlaceOptions: ParsableArguments {
    @Option(
        help: .init(
            "'kubernetes', or a folder of ModelRollouts in *.yaml files (default: $VIGIE_ROLLOUTS, else kubernetes).",
            valueName: "where"))
    var rollouts: String?

    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions

    /// - Throws: why they cannot be reached.
    func place() throws -> any RolloutPlace {
        let named = rollouts ?? CommandVariable.text("VIGIE_ROLLOUTS")
        if let named, named != KubernetesOptions.place { return try FolderPlace(named) }
        do throws(StartFailure) {
            let client = try kubernetes.client(agent: "vigie-rollout")
            return ClusterPlace(
                client,
                namespace: kubernetes.rolloutsNamespace ?? client.configuration.namespace,
                selector: kubernetes.rolloutsSelector)
        } catch {
            throw EditRefusal(
                error.description
                    + (named == nil ? "; for a folder of rollouts give --rollouts DIR" : ""))
        }
    }

    /// Changes one rollout, and says so.
    func change(
        _ name: String, _ edit: (EditedRollout) throws(EditRefusal) -> RolloutEdit
    ) throws {
        let outcome = try place().change(name, edit)
        StandardStream.output.write(outcome.text)
    }
}

/// Where versions are looked up before a rollout may name them.
struct KnownVersionsOptions: ParsableArguments {
    @Option(
        help: .init(
            "Refuse versions that this registry does not have: a folder, s3://… or mlflow+http://… (default: $VIGIE_REGISTRY, else any is taken).",
            valueName: "dir|url"))
    var registry: String?

    /// Nil when there is nothing to look into.
    func versions() throws -> KnownVersions? {
        guard let place = registry ?? CommandVariable.text("VIGIE_REGISTRY") else { return nil }
        let address: RegistryAddress
        do { address = try RegistryAddress(place) } catch {
            throw ValidationError("--registry: \(error.message).")
        }
        return try KnownVersions(
            try address.source(
                cache: CommandVariable.text("VIGIE_REGISTRY_CACHE")))
    }
}

enum CommandVariable {
    /// An environment variable that says something.
    static func text(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
