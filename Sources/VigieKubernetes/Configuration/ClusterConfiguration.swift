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
    /// KUBECONFIG, else the service account of the pod that this runs in.
    /// - Parameters:
    ///   - kubeconfig: a file; nil for none.
    ///   - context: one of its contexts; nil for its current one.
    ///   - variable: reads an environment variable.
    package static func find(
        kubeconfig: String?, context: String?, variable: (String) -> String?
    ) throws(KubernetesError) -> ClusterConfiguration {
        if let kubeconfig { return try Kubeconfig.read(file: kubeconfig, context: context) }
        if let file = variable("KUBECONFIG"), !file.isEmpty {
            // kubectl merges several files; one is enough for a program that runs by itself.
            let first = file.split(separator: ":").first.map(String.init) ?? file
            return try Kubeconfig.read(file: first, context: context)
        }
        return try InCluster.configuration(variable: variable)
    }
}
