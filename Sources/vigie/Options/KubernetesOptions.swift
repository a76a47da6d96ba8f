import ArgumentParser
import Glibc
import VigieKubernetes

/// Which Kubernetes cluster, and which of its ModelRollouts.
struct KubernetesOptions: ParsableArguments {
    @Option(
        help: .init(
            "How to reach the API server; default: the file of KUBECONFIG, else the pod's service account.",
            valueName: "file"))
    var kubeconfig: String?

    @Option(
        help: .init(
            "A context of the kubeconfig; default: its current one.", valueName: "name"))
    var kubeContext: String?

    @Option(
        help: .init(
            "Namespace of the ModelRollouts; default: the pod's own, or the context's.",
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
                variable: { getenv($0).map { String(cString: $0) } })
            return KubernetesClient(configuration, agent: "\(agent)/\(Build.version)")
        } catch {
            throw StartFailure(
                description: "\(kubeconfig == nil ? "--rollouts kubernetes" : "--kubeconfig"): "
                    + error.message)
        }
    }
}
