import ArgumentParser
import VigieCommandLine

/// Which version answers whom.
struct RolloutOptions: ParsableArguments {
    @Option(
        help: .init(
            "ModelRollouts: 'kubernetes' for those of the pod's namespace, or a folder of *.yaml files, read again when they change; without this, each model's newest version answers.",
            valueName: "where"))
    var rollouts: String?

    @Option(
        help: .init(
            "Of 'kubernetes': file that keeps what the API server told last, for a start while it is gone.",
            valueName: "file"))
    var rolloutsCache: String?

    @Option(
        help: .init(
            "Of 'kubernetes': how long a start waits for the API server's first answer where the cache knows nothing; then it fails.",
            valueName: "time"))
    var rolloutsWait = TimeSpan(.seconds(30))

    @OptionGroup var kubernetes: KubernetesOptions

    /// Whether an API server has them.
    var areInCluster: Bool { rollouts == KubernetesOptions.place }

    func validate() throws {
        guard rolloutsWait.duration <= .seconds(3600) else {
            throw ValidationError("--rollouts-wait must be at most 1h.")
        }
        guard !areInCluster else { return }
        let given: [(String, Bool)] = [
            ("rollouts-cache", rolloutsCache != nil), ("kubeconfig", kubernetes.kubeconfig != nil),
            ("kube-context", kubernetes.kubeContext != nil),
            ("service-account-dir", kubernetes.serviceAccountDir != nil),
            ("rollouts-namespace", kubernetes.rolloutsNamespace != nil),
            ("rollouts-selector", kubernetes.rolloutsSelector != nil),
        ]
        if let (name, _) = given.first(where: \.1) {
            throw ValidationError("--\(name) needs --rollouts kubernetes.")
        }
    }
}
