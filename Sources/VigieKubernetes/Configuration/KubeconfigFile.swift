import VigieEngine
import VigieRouting

/// One kubeconfig file, read and no more.
struct KubeconfigFile {
    let path: String
    let value: JSONValue

    private static let bytesMax = 1 << 20

    init(_ value: JSONValue, path: String) {
        self.path = path
        self.value = value
    }

    /// - Throws: when it cannot be read, or is no YAML.
    init(reading path: String) throws(KubernetesError) {
        let text = try SmallFile.text(path, bytesMax: Self.bytesMax)
        let documents: [YAMLDocuments.Document]
        do throws(YAMLProblem) { documents = try YAMLDocuments.read(text) } catch {
            let line = error.line.map { ":\($0)" } ?? ""
            throw KubernetesError(.configuration, "\(path)\(line): \(error.problem)")
        }
        self.init(documents.first?.content ?? .null, path: path)
    }

    /// What relative paths begin at.
    var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

    /// `contexts: [{name: …, context: {…}}]`, and so on.
    func entry(_ list: String, _ name: String, _ key: String) -> KubeconfigEntry? {
        let found = value[list]?.array?.first { $0["name"]?.string == name }
        return found?[key].flatMap { $0.object == nil ? nil : $0 }
            .map { KubeconfigEntry(value: $0, place: "\(path): \(list) '\(name)'", folder: folder) }
    }

    func names(_ list: String) -> [String] {
        value[list]?.array?.compactMap { $0["name"]?.string } ?? []
    }
}

/// A context, a cluster or a user, and the file that it stands in.
struct KubeconfigEntry {
    let value: JSONValue
    /// "/home/a/.kube/config: users 'a'".
    let place: String
    let folder: String

    func error(_ problem: String) -> KubernetesError {
        KubernetesError(.configuration, "\(place): \(problem)")
    }

    /// Nil for an empty text, too.
    func text(_ key: String) -> String? {
        value[key]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    func path(_ key: String) -> String? {
        text(key).map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
    }

    /// Fields that are of no use here are refused: without them another thing would be meant.
    func refuse(_ keys: [String], _ advice: String) throws(KubernetesError) {
        for key in keys where value[key] != nil && value[key] != .null {
            throw error("'\(key)' is not supported\(advice)")
        }
    }
}
