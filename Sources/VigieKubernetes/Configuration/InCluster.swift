import VigieHTTP

/// What Kubernetes gives a pod to reach its API server with: two variables, and files that it keeps
/// up to date ("Accessing the Kubernetes API from a Pod").
enum InCluster {
    static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// - Parameter folder: where the service account's files are.
    static func configuration(
        folder: String = folder, variable: (String) -> String?
    ) throws(KubernetesError) -> ClusterConfiguration {
        guard let host = variable("KUBERNETES_SERVICE_HOST"), !host.isEmpty,
            let port = variable("KUBERNETES_SERVICE_PORT"), !port.isEmpty
        else {
            throw KubernetesError(
                .configuration,
                "no Kubernetes here: neither a kubeconfig is named nor KUBECONFIG is set, and "
                    + "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set as in a pod")
        }
        var trust = HTTPTrust()
        // Read here, so that a pod without one says so at once.
        trust.authorities = .pem(try SmallFile.bytes("\(folder)/ca.crt", bytesMax: 1 << 20))
        let namespace = try SmallFile.text("\(folder)/namespace", bytesMax: 1024)
        let credentials = Credentials(tokenFile: "\(folder)/token")
        _ = try credentials.token(isFresh: true)
        return ClusterConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)", trust: trust,
            credentials: credentials,
            namespace: namespace.split(whereSeparator: \.isWhitespace).first.map(String.init)
                ?? "default")
    }
}
