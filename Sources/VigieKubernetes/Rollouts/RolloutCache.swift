import VigieEngine
import VigieRollouts

/// The rollouts that the API server told last, in a file: a pod that starts while the server is gone
/// begins with them. Belongs to one thread.
struct RolloutCache {
    let file: String
    /// A file of another server or namespace says nothing about this one.
    let server: String
    let namespace: String
    private var written: [UInt8] = []

    /// 1,000 rollouts of 10 KB.
    private static let bytesMax = 16 << 20

    init(file: String, server: String, namespace: String) {
        self.file = file
        self.server = server
        self.namespace = namespace
    }

    /// The objects that were written last; nil when there is no file.
    func read() throws(KubernetesError) -> [JSONValue]? {
        let bytes: [UInt8]
        do throws(KubernetesError) {
            bytes = try SmallFile.bytes(file, bytesMax: Self.bytesMax)
        } catch {
            if SmallFile.isAbsent(file) { return nil }
            throw error
        }
        let json: JSONValue
        do throws(JSONError) { json = try JSONParser.parse(bytes) } catch {
            throw KubernetesError(.malformed, "\(file): is no valid JSON: \(error)")
        }
        guard json["server"]?.string == server, json["namespace"]?.string == namespace else {
            throw KubernetesError(
                .configuration,
                "\(file): is of another server or namespace, and is written anew")
        }
        guard let items = json["items"]?.array else {
            throw KubernetesError(.malformed, "\(file): items must be an array")
        }
        return items
    }

    /// Writes them if they are others than those that it wrote before.
    mutating func write(_ objects: [JSONValue]) throws(KubernetesError) {
        let json = JSONValue.object([
            "kind": .string("\(Rollout.kind)Cache"), "server": .string(server),
            "namespace": .string(namespace), "items": .array(objects),
        ])
        let bytes = Array(JSONWriter.text(json).utf8)
        guard bytes != written else { return }
        try SmallFile.replace(file, bytes)
        written = bytes
    }
}
