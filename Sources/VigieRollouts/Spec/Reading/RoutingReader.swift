import VigieRegistry

/// Reads `spec.routing`.
enum RoutingReader {
    static func read(_ fields: FieldReader) -> RoutingSpec {
        var routing = RoutingSpec()
        routing.weight = fields.optional("weight") { (node) throws(ManifestError) in
            try node.integer(0...RoutingSpec.weightMax)
        }
        routing.sticky = fields.object("sticky", RolloutSchema.sticky).flatMap(sticky)
        routing.salt = fields.optional("salt") { (node) throws(ManifestError) in try node.line() }
        let rules = fields.list("rules", max: RolloutLimits.rulesMax, RolloutSchema.rule)
        var names: Set<String> = []
        for rule in rules {
            guard let read = self.rule(rule) else { continue }
            if !names.insert(read.name).inserted { rule.refuse("name", "is there twice") }
            routing.rules.append(read)
        }
        routing.exclude = fields.list(
            "exclude", max: RolloutLimits.exclusionsMax, RolloutSchema.match
        ).compactMap(match)
        return routing
    }

    private static func sticky(_ fields: FieldReader) -> StickyKey? {
        switch fields.exactlyOne(of: ["metadata", "input"]) {
        case "metadata":
            fields.optional("metadata") { (node) throws(ManifestError) in
                .metadata(try node.metadataKey())
            }
        case "input":
            fields.optional("input") { (node) throws(ManifestError) in .input(try node.name()) }
        default: nil
        }
    }

    private static func rule(_ fields: FieldReader) -> RoutingRule? {
        let name = fields.required("name") { (node) throws(ManifestError) in try node.label() }
        let conditions = fields.list("match", max: RolloutLimits.matchesMax, RolloutSchema.match)
        if conditions.isEmpty, fields.node.value.object != nil {
            fields.refuse("match", "must have at least one condition")
        }
        let match = conditions.compactMap(match)
        let target = target(fields)
        guard let name, let target, !match.isEmpty, match.count == conditions.count else {
            return nil
        }
        return RoutingRule(name, match: match, to: target)
    }

    private enum Side: String, CaseIterable { case stable, canary }

    private static func target(_ fields: FieldReader) -> RoutingRule.Target? {
        switch fields.exactlyOne(of: ["to", "version"]) {
        case "to":
            fields.optional("to") { (node) throws(ManifestError) in
                switch try node.choice(Side.self) {
                case .stable: .stable
                case .canary: .canary
                }
            }
        case "version":
            fields.optional("version") { (node) throws(ManifestError) in
                .version(try node.version())
            }
        default: nil
        }
    }

    private static func match(_ fields: FieldReader) -> MetadataMatch? {
        let key = fields.required("metadata") { (node) throws(ManifestError) in
            try node.metadataKey()
        }
        guard let kind = fields.exactlyOne(of: ["exact", "prefix", "regex"]) else { return nil }
        let test = fields.optional(kind) { (node) throws(ManifestError) -> MetadataMatch.Test in
            switch kind {
            case "exact": return .exact(try node.string(bytesMax: RolloutLimits.textBytesMax))
            case "prefix": return .prefix(try node.line())
            default: return .regex(try node.line())
            }
        }
        guard let key, let test else { return nil }
        return MetadataMatch(key, test)
    }
}
