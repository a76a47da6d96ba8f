import VigieEngine
import VigieHTTP
import VigieRouting

/// Reads a kubeconfig file (`kind: Config`, `v1`): certificates and tokens, in the file or beside it.
/// Programs that make tokens (`exec`, `auth-provider`) are not run, and that is said.
package enum Kubeconfig {
    private static let bytesMax = 1 << 20

    package static func read(file: String, context: String?) throws(KubernetesError)
        -> ClusterConfiguration
    {
        let text = try SmallFile.text(file, bytesMax: bytesMax)
        let documents: [YAMLDocuments.Document]
        do throws(YAMLProblem) { documents = try YAMLDocuments.read(text) } catch {
            let line = error.line.map { ":\($0)" } ?? ""
            throw KubernetesError(.configuration, "\(file)\(line): \(error.problem)")
        }
        let value = documents.first?.content ?? .null
        let slash = file.lastIndex(of: "/")
        let folder = slash.map { String(file[..<$0]) } ?? "."
        return try read(value, file: file, folder: folder, context: context)
    }

    /// - Parameter folder: what relative paths begin at.
    static func read(
        _ value: JSONValue, file: String, folder: String, context: String?
    ) throws(KubernetesError) -> ClusterConfiguration {
        let reader = Reader(value: value, file: file, folder: folder)
        guard let contextName = context ?? value["current-context"]?.string, !contextName.isEmpty
        else { throw reader.error("has no current-context: name one") }
        let chosen = try reader.entry("contexts", contextName, "context")
        guard let clusterName = chosen["cluster"]?.string else {
            throw reader.error("contexts '\(contextName)' names no cluster")
        }
        let cluster = try reader.entry("clusters", clusterName, "cluster")
        guard let server = cluster["server"]?.string,
            server.hasPrefix("https://") || server.hasPrefix("http://")
        else {
            throw reader.error("clusters '\(clusterName)': server must be an http or https URL")
        }
        var trust = HTTPTrust()
        trust.isVerified = cluster["insecure-skip-tls-verify"]?.bool != true
        if trust.isVerified {
            trust.authorities = try reader.certificates(cluster, "certificate-authority")
        }
        var credentials = Credentials()
        if let userName = chosen["user"]?.string, !userName.isEmpty {
            let user = try reader.entry("users", userName, "user")
            for key in ["exec", "auth-provider"] where user[key] != nil {
                throw reader.error(
                    "users '\(userName)': '\(key)' is not supported; use a token, a tokenFile or a "
                        + "client certificate")
            }
            if user["username"] != nil {
                throw reader.error(
                    "users '\(userName)': 'username' is not supported: Kubernetes has no passwords "
                        + "any more")
            }
            trust.certificate = try reader.certificates(user, "client-certificate")
            trust.key = try reader.certificates(user, "client-key")
            guard (trust.certificate == nil) == (trust.key == nil) else {
                throw reader.error(
                    "users '\(userName)': client-certificate and client-key go together")
            }
            credentials = reader.credentials(user)
        }
        return ClusterConfiguration(
            server: server, trust: trust, credentials: credentials,
            namespace: chosen["namespace"]?.string ?? "default")
    }

    private struct Reader {
        let value: JSONValue
        let file: String
        let folder: String

        func error(_ problem: String) -> KubernetesError {
            KubernetesError(.configuration, "\(file): \(problem)")
        }

        /// `contexts: [{name: …, context: {…}}]`, and so on.
        func entry(_ list: String, _ name: String, _ key: String) throws(KubernetesError)
            -> JSONValue
        {
            let found = value[list]?.array?.first { $0["name"]?.string == name }
            guard let entry = found?[key], entry.object != nil else {
                throw error("\(list) has no '\(name)'")
            }
            return entry
        }

        /// `<key>-data` in Base64, or a file.
        func certificates(_ object: JSONValue, _ key: String) throws(KubernetesError)
            -> HTTPTrust.Certificates?
        {
            if let data = object["\(key)-data"]?.string, !data.isEmpty {
                guard let bytes = Base64.decode(data) else {
                    throw error("\(key)-data is no Base64")
                }
                return .pem(bytes)
            }
            guard let path = object[key]?.string, !path.isEmpty else { return nil }
            return .file(absolute(path))
        }

        func credentials(_ user: JSONValue) -> Credentials {
            // As client-go: the file wins.
            if let path = user["tokenFile"]?.string, !path.isEmpty {
                return Credentials(tokenFile: absolute(path))
            }
            if let token = user["token"]?.string, !token.isEmpty {
                return Credentials(token: token)
            }
            return Credentials()
        }

        private func absolute(_ path: String) -> String {
            path.hasPrefix("/") ? path : "\(folder)/\(path)"
        }
    }
}
