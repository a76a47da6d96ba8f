import VigieEngine
import VigieRegistry

extension Rollout {
    /// Reads and checks a whole object. What Kubernetes adds to `metadata` is let be; of `status` what
    /// is unknown or wrong is, too: it is not the author's.
    /// - Throws: everything that is wrong, each with the field's path and what is expected there.
    package static func read(_ document: JSONValue) throws(RolloutError) -> Rollout {
        let problems = ProblemList()
        let root = FieldReader(ManifestNode(document), parts, problems)
        if root.node.value.object != nil {
            expect(root, "apiVersion", apiVersion)
            expect(root, "kind", kind)
        }
        let metadata = root.required("metadata") { (node) throws(ManifestError) in node }
            .flatMap { readMetadata(FieldReader($0, nil, problems)) }
        let spec = root.required("spec") { (node) throws(ManifestError) in node }
            .flatMap { SpecReader.read($0, problems) }
        guard problems.problems.isEmpty, var metadata, let spec else {
            throw RolloutError(problems.problems)
        }
        if metadata.generation == 0 { metadata.generation = spec.fingerprint }
        let status = document["status"].map(RolloutStatus.init(reading:)) ?? RolloutStatus()
        // A Kubernetes that knows CEL does not let it happen; others do, and so do folders.
        guard status.model.isEmpty || status.model == spec.model else {
            throw RolloutError([
                SpecProblem(
                    "spec.model",
                    "must not change: this rollout and its status are of '\(status.model)'; make "
                        + "another one for '\(spec.model)'")
            ])
        }
        return Rollout(metadata, spec, status: status)
    }

    private static let parts = SpecObject(
        "",
        ["apiVersion", "kind", "metadata", "spec", "status"].map { SpecField($0, "", "") })

    private static func expect(_ root: FieldReader, _ key: String, _ value: String) {
        let found = root.required(key) { (node) throws(ManifestError) in try node.text() }
        if let found, found != value { root.refuse(key, "must be \"\(value)\"") }
    }

    private static func readMetadata(_ fields: FieldReader) -> RolloutMetadata? {
        guard
            let name = fields.required(
                "name", { (node) throws(ManifestError) in try node.objectName() })
        else { return nil }
        func text(_ key: String) -> String {
            fields.optional(key) { (node) throws(ManifestError) in try node.text() } ?? ""
        }
        var metadata = RolloutMetadata(name: name)
        metadata.namespace = text("namespace")
        metadata.uid = text("uid")
        metadata.resourceVersion = text("resourceVersion")
        metadata.creationTimestamp = text("creationTimestamp")
        metadata.generation =
            fields.optional("generation") { (node) throws(ManifestError) in try node.count() } ?? 0
        metadata.annotations =
            fields.optional("annotations") { (node) throws(ManifestError) in
                var annotations: [String: String] = [:]
                for (key, node) in try node.members(max: 1024) {
                    // Others' annotations may be longer than ours; 256 KiB is Kubernetes' bound.
                    annotations[key] = try node.string(bytesMax: 256 << 10)
                }
                return annotations
            } ?? [:]
        return metadata
    }
}

extension ManifestNode {
    /// A DNS subdomain (RFC 1123), as Kubernetes wants an object's name.
    fileprivate func objectName() throws(ManifestError) -> String {
        let name = try line(bytesMax: 253)
        let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isValid = parts.allSatisfy { part in
            guard let first = part.first, let last = part.last else { return false }
            return first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
                && part.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "-")
                }
        }
        guard isValid else {
            throw error("must be lower-case letters, digits, '-' and '.', as a host's name is")
        }
        return name
    }
}
