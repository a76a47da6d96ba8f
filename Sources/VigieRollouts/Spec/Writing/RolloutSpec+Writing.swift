import VigieEngine

extension RolloutSpec {
    /// The canonical form: fields in the order of the documentation, those at their default left out.
    /// Reading it gives this specification again.
    package var json: JSONValue {
        var object = ObjectBuilder()
        object.add("model", model)
        object.add("stable", stable.json)
        object.add("canary", canary?.json)
        object.add("shadows", list: shadows.map(\.json))
        object.add("routing", object: routing.builder)
        object.add("strategy", object: strategy.builder)
        if approvalsRequired > 0 {
            var approvals = ObjectBuilder()
            approvals.add("required", approvalsRequired)
            object.add("approvals", object: approvals)
        }
        object.add("suspend", suspend, unless: false)
        object.add("abort", abort, unless: false)
        object.add("promote", promote, unless: false)
        return object.value
    }

    /// A number that two specifications share only if they are the same, 1 … 2^52: FNV-1a of the
    /// canonical form. It stands for `metadata.generation` where nobody counts.
    package var fingerprint: Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in JSONWriter.text(json).utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return Int(hash >> 12) + 1
    }
}

extension VersionReference {
    var builder: ObjectBuilder {
        var object = ObjectBuilder()
        object.add("version", version)
        object.add("digest", digest.map { Self.digestPrefix + $0 })
        return object
    }

    var json: JSONValue { builder.value }
}

extension ShadowSpec {
    package var json: JSONValue {
        var object = reference.builder
        object.add("percent", percent, unless: 100)
        object.add("queue", queue, unless: Self.queueDefault)
        var comparison = ObjectBuilder()
        comparison.add(
            "absoluteTolerance", compare.absoluteTolerance,
            unless: CompareSpec.absoluteToleranceDefault)
        comparison.add("relativeTolerance", compare.relativeTolerance, unless: 0)
        if !compare.bands.isEmpty { comparison.add("bands", .numbers(compare.bands)) }
        object.add("compare", object: comparison)
        return object.value
    }
}

extension RoutingSpec {
    var builder: ObjectBuilder {
        var object = ObjectBuilder()
        object.add("weight", weight)
        if let sticky {
            var key = ObjectBuilder()
            switch sticky {
            case .metadata(let name): key.add("metadata", name)
            case .input(let name): key.add("input", name)
            }
            object.add("sticky", object: key)
        }
        object.add("salt", salt)
        object.add("rules", list: rules.map(\.json))
        object.add("exclude", list: exclude.map(\.json))
        return object
    }
}

extension RoutingRule {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("name", name)
        object.add("match", list: match.map(\.json))
        switch target {
        case .stable: object.add("to", "stable")
        case .canary: object.add("to", "canary")
        case .version(let version): object.add("version", version)
        }
        return object.value
    }
}

extension MetadataMatch {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("metadata", key)
        switch test {
        case .exact(let text): object.add("exact", text)
        case .prefix(let text): object.add("prefix", text)
        case .regex(let text): object.add("regex", text)
        }
        return object.value
    }
}
