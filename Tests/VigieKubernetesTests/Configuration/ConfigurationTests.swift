import Glibc
import Testing
import VigieHTTP

@testable import VigieKubernetes

@Suite struct ConfigurationTests {
    /// A folder that is gone after the test.
    final class Folder {
        let path: String
        init() {
            var name = Array("/tmp/vigie-kube-XXXXXX\0".utf8CString)
            path = String(cString: mkdtemp(&name))
        }
        deinit {
            for file in files { unlink("\(path)/\(file)") }
            rmdir(path)
        }
        private var files: [String] = []
        func write(_ name: String, _ text: String) throws -> String {
            files.append(name)
            try SmallFile.replace("\(path)/\(name)", Array(text.utf8))
            return "\(path)/\(name)"
        }
    }

    private func config(
        cluster: String = "server: https://10.0.0.1:6443/", user: String = "token: secret",
        context: String = "cluster: c, user: u, namespace: scoring"
    ) -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: main
        contexts: [{name: main, context: {\(context)}}]
        clusters: [{name: c, cluster: {\(cluster)}}]
        users: [{name: u, user: {\(user)}}]
        """
    }

    @Test func a_kubeconfig_says_where_and_who() throws {
        let folder = Folder()
        let file = try folder.write("config", config())
        let read = try Kubeconfig.read(file: file, context: nil)
        #expect(read.server == "https://10.0.0.1:6443")
        #expect(read.namespace == "scoring")
        #expect(try read.credentials.token(isFresh: false) == "secret")
        #expect(read.trust.isVerified)
    }

    @Test func certificates_stand_in_the_file_or_beside_it() throws {
        let folder = Folder()
        _ = try folder.write("me.pem", "-----")
        let key = try folder.write("me.key", "-----")
        let file = try folder.write(
            "config",
            config(
                cluster: "server: https://a, certificate-authority-data: LS0tLS0K",
                user: "client-certificate: me.pem, client-key: \(key)"))
        let trust = try Kubeconfig.read(file: file, context: nil).trust
        guard case .pem(let authority) = trust.authorities,
            case .file(let certificate) = trust.certificate, case .file(let readKey) = trust.key
        else {
            Issue.record("not read: \(trust)")
            return
        }
        #expect(authority == Array("-----\n".utf8))
        #expect(certificate == "\(folder.path)/me.pem")
        #expect(readKey == key)
    }

    @Test(arguments: [
        ("exec: {command: aws}", "'exec' is not supported"),
        ("auth-provider: {name: gcp}", "'auth-provider' is not supported"),
        ("username: a, password: b", "'username' is not supported"),
        ("client-certificate-data: LS0K", "client-certificate and client-key go together"),
        ("client-certificate-data: '*', client-key: a", "client-certificate-data is no Base64"),
        ("client-certificate: a.pem, client-key: b.pem", "/a.pem is not there"),
        ("token: a, as: root", "'as' is not supported"),
    ]) func what_cannot_be_used_is_said(user: String, words: String) throws {
        let folder = Folder()
        let file = try folder.write("config", config(user: user))
        let error = #expect(throws: KubernetesError.self) {
            try Kubeconfig.read(file: file, context: nil)
        }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.message.hasPrefix(file) == true)
    }

    @Test(arguments: [
        ("kind: Config", "has no current-context"),
        ("current-context: x", "contexts has no 'x'"),
        ("current-context: x\ncontexts: [{name: x, context: {cluster: y}}]", "clusters has no 'y'"),
        ("[1, 2", "is no valid YAML"),
        ("", "has no current-context"),
    ]) func a_broken_file_is_explained(text: String, words: String) throws {
        let folder = Folder()
        let file = try folder.write("config", text)
        let error = #expect(throws: KubernetesError.self) {
            try Kubeconfig.read(file: file, context: nil)
        }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func a_pod_finds_its_own_server() throws {
        let folder = Folder()
        for (name, text) in [
            ("ca.crt", "-----"), ("namespace", "scoring\n"), ("token", "first\n"),
        ] { _ = try folder.write(name, text) }
        let variables = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
        let found = try InCluster.configuration(folder: folder.path) { variables[$0] }
        #expect(found.server == "https://[fd00::1]:443")
        #expect(found.namespace == "scoring")
        #expect(try found.credentials.token(isFresh: false) == "first")
        // Kubernetes renews the file; who is refused looks again, and others in a minute.
        _ = try folder.write("token", "second\n")
        #expect(try found.credentials.token(isFresh: false) == "first")
        #expect(try found.credentials.token(isFresh: true) == "second")
        unlink("\(folder.path)/token")
        #expect(try found.credentials.token(isFresh: true) == "second")
    }

    private func find(
        _ variables: [String: String], context: String? = nil
    ) throws(KubernetesError) -> ClusterConfiguration {
        try ClusterConfiguration.find(kubeconfig: nil, context: context) { variables[$0] }
    }

    @Test func of_several_files_the_first_that_says_something_is_believed() throws {
        let folder = Folder()
        // As kubectl: contexts of one file, clusters of another, and files that are not there.
        let first = try folder.write(
            "first",
            """
            contexts: [{name: staging, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: https://first}}]
            """)
        let second = try folder.write("second", config(cluster: "server: https://second"))
        let list = "\(folder.path)/none:\(first):\(second)"
        let found = try find(["KUBECONFIG": list, "HOME": "/nowhere"])
        #expect(found.server == "https://first")
        #expect(found.namespace == "scoring", "the context of the second")
        let staging = try find(["KUBECONFIG": list], context: "staging")
        #expect(staging.namespace == "default")
        #expect(try staging.credentials.current() == "secret", "the user of the second")
        let error = #expect(throws: KubernetesError.self) {
            try find(["KUBECONFIG": list], context: "prod")
        }
        #expect(error?.message.hasPrefix("\(first):\(second): contexts has no 'prod'") == true)
        #expect(error?.message.hasSuffix("there are 'staging', 'main'") == true)
        let gone = #expect(throws: KubernetesError.self) {
            try find(["KUBECONFIG": "\(folder.path)/none"])
        }
        #expect(gone?.message.contains("there is no such file") == true)
    }

    @Test func without_KUBECONFIG_it_is_the_file_of_the_home_folder() throws {
        let folder = Folder()
        mkdir("\(folder.path)/.kube", 0o700)
        _ = try folder.write(".kube/config", config())
        defer {
            unlink("\(folder.path)/.kube/config")
            rmdir("\(folder.path)/.kube")
        }
        let home = ["HOME": folder.path]
        #expect(try find(home).namespace == "scoring")
        // Before a pod's own, as kubectl has it.
        let pod = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"]
        #expect(try find(home.merging(pod) { $1 }).server == "https://10.0.0.1:6443")
        let error = #expect(throws: KubernetesError.self) { try find(pod, context: "main") }
        #expect(error?.message.contains("no kubeconfig to have a context 'main'") == true)
    }

    @Test func outside_a_cluster_it_says_what_to_do() {
        let error = #expect(throws: KubernetesError.self) {
            try ClusterConfiguration.find(kubeconfig: nil, context: nil) { _ in nil }
        }
        #expect(error?.message.contains("kubeconfig") == true)
    }

    @Test(arguments: [
        ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9v\nYmFy", "foobar"),
    ]) func base64_is_that_of_RFC_4648(text: String, plain: String) {
        #expect(Base64.decode(text) == Array(plain.utf8))
        #expect(Base64.decode(text + "!") == nil)
    }

    @Test func paths_are_those_of_the_API() {
        let rollouts = ResourcePath(
            group: "vigie.dev", version: "v1alpha1", plural: "modelrollouts", namespace: "a/b")
        #expect(
            rollouts.named("x y", subresource: "status").path
                == "/apis/vigie.dev/v1alpha1/namespaces/a%2Fb/modelrollouts/x%20y/status")
        #expect(ResourcePath(version: "v1", plural: "pods").path == "/api/v1/pods")
    }
}
