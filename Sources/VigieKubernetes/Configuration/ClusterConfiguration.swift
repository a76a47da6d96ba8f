import VigieHTTP

/// How an API server is reached, and who is asking.
package struct ClusterConfiguration: Sendable {
    /// Without a slash at its end: "https://10.0.0.1:443".
    package var server: String
    package var trust: HTTPTrust
    package var credentials: Credentials
    /// The namespace that is meant where none is named.
    package var namespace: String

    package init(
        server: String, trust: HTTPTrust = HTTPTrust(), credentials: Credentials = Credentials(),
        namespace: String = "default"
    ) {
        var server = server
        while server.hasSuffix("/") { server.removeLast() }
        self.server = server
        self.trust = trust
        self.credentials = credentials
        self.namespace = namespace
    }

    /// As `kubectl` looks for it: the file that is named, else those of the environment variable
    /// KUBECONFIG, else ~/.kube/config, else the service account of the pod that this runs in.
    /// - Parameters:
    ///   - kubeconfig: a file; nil for none.
    ///   - context: one of its contexts; nil for its current one.
    ///   - serviceAccount: the folder with the pod's token; nil for where Kubernetes mounts it. Named, it
    ///     is what is used, whatever kubeconfigs there are, but for `kubeconfig`.
    ///   - variable: reads an environment variable.
    package static func find(
        kubeconfig: String?, context: String?, serviceAccount: String? = nil,
        variable: (String) -> String?
    ) throws(KubernetesError) -> ClusterConfiguration {
        if let kubeconfig { return try Kubeconfig.read(file: kubeconfig, context: context) }
        if let serviceAccount {
            return try InCluster.configuration(folder: serviceAccount, variable: variable)
        }
        if let list = variable("KUBECONFIG"), !list.isEmpty {
            let files = list.split(separator: ":").map(String.init)
            if let found = try Kubeconfig.read(files: files, context: context) { return found }
            throw KubernetesError(.configuration, "KUBECONFIG is \(list): there is no such file")
        }
        if let home = variable("HOME"), !home.isEmpty,
            let found = try Kubeconfig.read(files: ["\(home)/.kube/config"], context: context)
        {
            return found
        }
        if let context {
            throw KubernetesError(
                .configuration, "there is no kubeconfig to have a context '\(context)'")
        }
        return try InCluster.configuration(variable: variable)
    }
}
