import VigieEngine

/// Movable names of a model's versions: the file `labels.json` in the model's folder,
/// `{"champion": 3, "challenger": 4}`.
package enum ModelLabels {
    package static let fileName = "labels.json"
    /// Bytes of the file.
    package static let bytesMax = 64 << 10
    /// Labels of a model: each may keep a version in memory.
    package static let labelsMax = 16
    /// Bytes of a label.
    package static let nameBytesMax = 64

    /// Whether `name` matches `[A-Za-z][A-Za-z0-9_-]{0,63}` and cannot be taken for a version: not
    /// `v3`, which MLflow does not take either.
    package static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, bytes.count <= nameBytesMax, isLetter(first) else {
            return false
        }
        let isPlain = bytes.allSatisfy {
            isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
        let isVersion =
            bytes.count > 1 && (first | 0x20) == UInt8(ascii: "v")
            && bytes.dropFirst().allSatisfy(isDigit)
        return isPlain && !isVersion
    }

    /// What ``isValid(_:)`` wants, for messages.
    package static let rule =
        "at most 64 letters, digits, '_' and '-', beginning with a letter, and not like v3"

    /// - Throws: what is wrong with the file, and where.
    package static func read(_ bytes: [UInt8]) throws(RegistryError) -> [String: Int] {
        do {
            let root = ManifestNode(try JSONParser.parse(bytes, depthMax: 4))
            return try read(root)
        } catch let error as ManifestError {
            throw RegistryError(.refused, "\(fileName): \(error.path) \(error.problem)")
        } catch { throw RegistryError(.incomplete, "\(fileName): is no valid JSON: \(error)") }
    }

    private static func read(_ root: ManifestNode) throws(ManifestError) -> [String: Int] {
        var labels: [String: Int] = [:]
        for (key, node) in try root.members(max: labelsMax) {
            guard isValid(key) else { throw node.error("must be named by \(rule)") }
            labels[key] = try node.integer(1...1 << 53)
        }
        return labels
    }

    /// - Throws: `.refused` when there are too many.
    package static func checkCount(_ labels: [String: Int]) throws(RegistryError) {
        guard labels.count <= labelsMax else {
            throw RegistryError(.refused, "a model has at most \(labelsMax) labels")
        }
    }

    /// The file's text.
    package static func text(_ labels: [String: Int]) -> String {
        let members = labels.sorted { $0.key < $1.key }.map {
            (key: $0.key, value: JSONValue.number(Double($0.value)))
        }
        // Keys of a dictionary are distinct.
        return JSONWriter.text(JSONObject(members).map { .object($0) } ?? .null)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
