import VigieEngine

/// What a watch tells of one object (API concepts, "Efficient detection of changes").
enum WatchEvent: Sendable, Equatable {
    /// Added or modified: it is so now.
    case set(JSONValue)
    case deleted(JSONValue)
    /// Nothing has changed up to this version.
    case bookmark(resourceVersion: String)
    /// A `Status`: the watch is over.
    case failed(JSONValue)

    /// One line of a watch's answer.
    init(line: [UInt8]) throws(KubernetesError) {
        let json: JSONValue
        do throws(JSONError) { json = try JSONParser.parse(line) } catch {
            throw KubernetesError(.malformed, "a watch sent what is no JSON: \(error)")
        }
        guard let type = json["type"]?.string, let object = json["object"], object.object != nil
        else { throw KubernetesError(.malformed, "a watch sent what is no event") }
        switch type {
        case "ADDED", "MODIFIED": self = .set(object)
        case "DELETED": self = .deleted(object)
        case "BOOKMARK": self = .bookmark(resourceVersion: object.resourceVersion)
        case "ERROR": self = .failed(object)
        default: throw KubernetesError(.malformed, "a watch sent an event '\(type.prefix(32))'")
        }
    }
}

extension JSONValue {
    /// `metadata.resourceVersion`; empty when there is none.
    package var resourceVersion: String { self["metadata"]?["resourceVersion"]?.string ?? "" }
    /// `metadata.name`; empty when there is none.
    package var objectName: String { self["metadata"]?["name"]?.string ?? "" }
    /// `metadata.namespace`; empty when there is none.
    package var objectNamespace: String { self["metadata"]?["namespace"]?.string ?? "" }
}

/// Cuts a watch's bytes, which come in pieces of any size, into lines.
struct LineSplitter {
    private var rest: [UInt8] = []
    /// Bytes of a line: etcd keeps no object of more than 1.5 MiB.
    static let lineBytesMax = 4 << 20

    /// The lines that end in `bytes`, without their ends and without empty ones.
    /// - Throws: when a line has no end.
    mutating func add(_ bytes: RawSpan) throws(KubernetesError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        bytes.withUnsafeBytes { bytes in
            for byte in bytes {
                if byte == UInt8(ascii: "\n") {
                    if !rest.isEmpty { lines.append(rest) }
                    rest.removeAll(keepingCapacity: true)
                } else {
                    rest.append(byte)
                }
            }
        }
        guard rest.count <= Self.lineBytesMax else {
            throw KubernetesError(.malformed, "a watch sent a line without end")
        }
        return lines
    }
}
