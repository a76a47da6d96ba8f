import VigieHTTP

/// What Kubernetes gives a pod to reach its API server with: two variables, and files that it keeps
/// up to date ("Accessing the Kubernetes API from a Pod").
enum InCluster {
    static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// - Parameter folder: where the service account's files are.
    static func configuration(
        folder: String = folder, variable: (String) -> String?
    ) throws(KubernetesError) -> ClusterConfiguration {
        func value(_ name: String) -> String? {
            variable(name).flatMap { $0.isEmpty ? nil : $0 }
        }
        guard let host = value("KUBERNETES_SERVICE_HOST"),
            let port = value("KUBERNETES_SERVICE_PORT")
        else {
            throw KubernetesError(
                .configuration,
                "no Kubernetes here: no kubeconfig is named, KUBECONFIG is not set, there is no "
                    + "~/.kube/config, and KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are "
                    + "not set as in a pod")
        }
        var trust = HTTPTrust()
        // Read here, so that a pod without one says so at once; and by each connection, since it is
        // renewed as the token is.
        _ = try SmallFile.bytes("\(folder)/ca.crt", bytesMax: 1 << 20)
        trust.authorities = .file("\(folder)/ca.crt")
        let credentials = Credentials(tokenFile: "\(folder)/token")
        _ = try credentials.token(isFresh: true)
        return ClusterConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)", trust: trust,
            credentials: credentials, namespace: try namespace(folder, value("POD_NAMESPACE")))
    }

    /// As client-go: the variable, else the file, else "default".
    private static func namespace(
        _ folder: String, _ named: String?
    ) throws(KubernetesError) -> String {
        if let named { return named }
        let file = "\(folder)/namespace"
        guard !SmallFile.isAbsent(file) else { return "default" }
        let text = try SmallFile.text(file, bytesMax: 1024)
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? "default"
    }
}
