import VigieEngine
import VigieRegistry

/// Reads `spec`.
enum SpecReader {
    /// Nil when it cannot be told what is wanted; the problems say why.
    static func read(_ node: ManifestNode, _ problems: ProblemList) -> RolloutSpec? {
        let fields = FieldReader(node, RolloutSchema.spec, problems)
        let model = fields.required("model") { (node) throws(ManifestError) in
            let name = try node.text()
            guard ModelName.isValid(name) else { throw node.error("must be \(ModelName.rule)") }
            return name
        }
        let stable = fields.required("stable") { (node) throws(ManifestError) in node }
            .flatMap { reference(FieldReader($0, RolloutSchema.reference, problems)) }
        let canaryFields = fields.object("canary", RolloutSchema.reference)
        let canary = canaryFields.flatMap(reference)
        var spec = RolloutSpec(
            model: model ?? "", stable: stable ?? VersionReference(version: 0), canary: canary)
        readShadows(fields, &spec)
        if let routing = fields.object("routing", RolloutSchema.routing) {
            spec.routing = RoutingReader.read(routing)
        }
        if let strategy = fields.object("strategy", RolloutSchema.strategy) {
            spec.strategy = StrategyReader.read(strategy)
        }
        spec.approvalsRequired =
            fields.object("approvals", RolloutSchema.approvals)?.optional("required") {
                (node) throws(ManifestError) in try node.integer(0...RolloutLimits.approvalsMax)
            } ?? 0
        func flag(_ key: String) -> Bool {
            fields.optional(key) { (node) throws(ManifestError) in try node.boolean() } ?? false
        }
        (spec.suspend, spec.abort) = (flag("suspend"), flag("abort"))
        spec.promote = flag("promote")
        if let canary, canary.version == stable?.version {
            canaryFields?.refuse("version", "must differ from stable.version")
        }
        if spec.abort, spec.promote {
            fields.refuse("promote", "goes with no 'abort': only one of them can be done")
        }
        return model != nil && stable != nil ? spec : nil
    }

    private static func reference(_ fields: FieldReader) -> VersionReference? {
        let version = fields.required("version") { (node) throws(ManifestError) in
            try node.version()
        }
        let digest = fields.optional("digest") { (node) throws(ManifestError) in
            try node.digest()
        }
        return version.map { VersionReference(version: $0, digest: digest) }
    }

    private static func readShadows(_ fields: FieldReader, _ spec: inout RolloutSpec) {
        var versions: Set<Int> = []
        for shadow in fields.list("shadows", max: RolloutLimits.shadowsMax, RolloutSchema.shadow) {
            guard let reference = reference(shadow) else { continue }
            if reference.version == spec.stable.version {
                shadow.refuse("version", "must differ from stable.version")
            }
            if !versions.insert(reference.version).inserted {
                shadow.refuse("version", "is there twice")
            }
            var read = ShadowSpec(reference)
            read.percent =
                shadow.optional("percent") { (node) throws(ManifestError) in
                    try node.number(in: 0...100)
                } ?? 100
            read.queue =
                shadow.optional("queue") { (node) throws(ManifestError) in
                    try node.integer(1...RolloutLimits.shadowQueueMax)
                } ?? ShadowSpec.queueDefault
            if let compare = shadow.object("compare", RolloutSchema.compare) {
                read.compare = self.compare(compare)
            }
            spec.shadows.append(read)
        }
    }

    private static func compare(_ fields: FieldReader) -> CompareSpec {
        var compare = CompareSpec()
        func tolerance(_ key: String, _ fallback: Double) -> Double {
            fields.optional(key) { (node) throws(ManifestError) in try node.magnitude() }
                ?? fallback
        }
        compare.absoluteTolerance = tolerance(
            "absoluteTolerance", CompareSpec.absoluteToleranceDefault)
        compare.relativeTolerance = tolerance("relativeTolerance", 0)
        compare.bands =
            fields.optional("bands") { (node) throws(ManifestError) in
                let bands = try node.numbers(max: RolloutLimits.bandsMax)
                guard zip(bands, bands.dropFirst()).allSatisfy({ $0 < $1 }) else {
                    throw node.error("must ascend")
                }
                return bands
            } ?? []
        return compare
    }
}
