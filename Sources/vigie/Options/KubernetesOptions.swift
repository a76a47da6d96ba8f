import ArgumentParser
import Glibc
import VigieKubernetes

/// Which Kubernetes cluster, and which of its ModelRollouts.
struct KubernetesOptions: ParsableArguments {
    @Option(
        help: .init(
            "How to reach the API server; default: the files of KUBECONFIG, else ~/.kube/config, else the pod's service account.",
            valueName: "file"))
    var kubeconfig: String?

    @Option(
        name: [.customLong("kube-context"), .customLong("context")],
        help: .init(
            "A context of the kubeconfig; default: its current one.", valueName: "name"))
    var kubeContext: String?

    @Option(
        help: .init(
            "Folder of the service account to be: token, ca.crt, namespace; default: where Kubernetes mounts it in a pod.",
            valueName: "dir"))
    var serviceAccountDir: String?

    @Option(
        name: [
            .customLong("rollouts-namespace"), .customLong("namespace"), .customShort("n"),
        ],
        help: .init(
            "Namespace of the ModelRollouts; default: the context's, or the pod's own.",
            valueName: "name"))
    var rolloutsNamespace: String?

    @Option(
        help: .init(
            "Label selector of the ModelRollouts: 'team=risk,stage in (a, b)'; default: all.",
            valueName: "selector"))
    var rolloutsSelector: String?

    /// What `--rollouts` says for rollouts of an API server.
    static let place = "kubernetes"

    /// - Parameter agent: what the API server's audit log calls it.
    func client(agent: String) throws(StartFailure) -> KubernetesClient {
        do throws(KubernetesError) {
            let configuration = try ClusterConfiguration.find(
                kubeconfig: kubeconfig, context: kubeContext,
                serviceAccount: serviceAccountDir,
                variable: { getenv($0).map { String(cString: $0) } })
            return KubernetesClient(configuration, agent: "\(agent)/\(Build.version)")
        } catch {
            throw StartFailure(
                description: "\(kubeconfig == nil ? "--rollouts kubernetes" : "--kubeconfig"): "
                    + error.message)
        }
    }
}
