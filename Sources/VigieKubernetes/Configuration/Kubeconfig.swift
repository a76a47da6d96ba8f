import VigieEngine
import VigieHTTP

/// Kubeconfig files (`kind: Config`, `v1`), as one: certificates and tokens, in the files or beside
/// them. Programs that make tokens (`exec`, `auth-provider`) are not run, and that is said.
package struct Kubeconfig {
    private let files: [KubeconfigFile]

    /// Of several files the first that has an entry of a name, or a current context, says it ("Merging
    /// kubeconfig files" of the Kubernetes documentation).
    init(_ files: [KubeconfigFile]) { self.files = files }

    package static func read(file: String, context: String?) throws(KubernetesError)
        -> ClusterConfiguration
    {
        try Kubeconfig([try KubeconfigFile(reading: file)]).configuration(context: context)
    }

    /// Those of several files that are there; nil when none is.
    static func read(files paths: [String], context: String?) throws(KubernetesError)
        -> ClusterConfiguration?
    {
        var files: [KubeconfigFile] = []
        for path in paths where !SmallFile.isAbsent(path) {
            files.append(try KubeconfigFile(reading: path))
        }
        return files.isEmpty ? nil : try Kubeconfig(files).configuration(context: context)
    }

    func configuration(context: String?) throws(KubernetesError) -> ClusterConfiguration {
        let current = files.lazy.compactMap { $0.value["current-context"]?.string }
            .first { !$0.isEmpty }
        guard let contextName = context ?? current else {
            throw error("has no current-context: name one of \(list("contexts"))")
        }
        let chosen = try entry("contexts", contextName, "context")
        guard let clusterName = chosen.text("cluster") else {
            throw chosen.error("names no cluster")
        }
        let cluster = try entry("clusters", clusterName, "cluster")
        guard let server = cluster.text("server"),
            server.hasPrefix("https://") || server.hasPrefix("http://")
        else { throw cluster.error("server must be an http or https URL") }
        try cluster.refuse(["tls-server-name", "proxy-url"], "")
        var trust = HTTPTrust()
        trust.isVerified = cluster.value["insecure-skip-tls-verify"]?.bool != true
        if trust.isVerified {
            trust.authorities = try cluster.certificates("certificate-authority")
        }
        var credentials = Credentials()
        if let userName = chosen.text("user") {
            let user = try entry("users", userName, "user")
            trust.certificate = try user.certificates("client-certificate")
            trust.key = try user.certificates("client-key")
            credentials = try user.credentials(trust)
        }
        return ClusterConfiguration(
            server: server, trust: trust, credentials: credentials,
            namespace: chosen.text("namespace") ?? "default")
    }

    private func entry(_ list: String, _ name: String, _ key: String) throws(KubernetesError)
        -> KubeconfigEntry
    {
        if let found = files.lazy.compactMap({ $0.entry(list, name, key) }).first { return found }
        throw error("\(list) has no '\(name)'; there are \(self.list(list))")
    }

    private func list(_ list: String) -> String {
        let names = files.flatMap { $0.names(list) }
        return names.isEmpty ? "none" : names.map { "'\($0)'" }.joined(separator: ", ")
    }

    private func error(_ problem: String) -> KubernetesError {
        let place = files.map(\.path).joined(separator: ":")
        return KubernetesError(.configuration, "\(place): \(problem)")
    }
}

extension KubeconfigEntry {
    /// `<key>-data` in Base64, or a file.
    func certificates(_ key: String) throws(KubernetesError) -> HTTPTrust.Certificates? {
        if let data = text("\(key)-data") {
            guard let bytes = Base64.decode(data) else { throw error("\(key)-data is no Base64") }
            return .pem(bytes)
        }
        guard let path = path(key) else { return nil }
        guard !SmallFile.isAbsent(path) else { throw error("\(key): \(path) is not there") }
        return .file(path)
    }

    /// A user's token.
    func credentials(_ trust: HTTPTrust) throws(KubernetesError) -> Credentials {
        try refuse(
            ["exec", "auth-provider"],
            "; use a token, a tokenFile or a client certificate, such as those of "
                + "'kubectl create token'")
        try refuse(["username"], ": Kubernetes has no passwords any more")
        try refuse(["as", "as-uid", "as-groups", "as-user-extra"], "")
        guard (trust.certificate == nil) == (trust.key == nil) else {
            throw error("client-certificate and client-key go together")
        }
        // As client-go: the file wins.
        if let path = path("tokenFile") { return Credentials(tokenFile: path) }
        return text("token").map { Credentials(token: $0) } ?? Credentials()
    }
}
