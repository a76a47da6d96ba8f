import VigieEngine

extension PodReport {
    /// The body of `GET /rollouts`.
    package var json: JSONValue {
        var object = ObjectBuilder()
        object.add("pod", pod)
        object.add("rollouts", .array(rollouts.map(\.json)))
        return object.value
    }
}

extension RolloutReport {
    package var json: JSONValue {
        var object = ObjectBuilder()
        object.add("name", name)
        object.add("model", model)
        object.add("generation", generation)
        object.add("canaryVersion", canaryVersion)
        object.add("epoch", epoch)
        object.add("stepIndex", stepIndex)
        object.add("pods", pods)
        object.add("loaded", Self.counts(loaded.map { (String($0.key), UInt64($0.value)) }))
        object.add("failed", list: failed.map(\.json))
        object.add("trips", list: trips.map(\.json))
        object.add("routes", Self.counts(routes.map { ($0.key, $0.value) }))
        object.add("arms", list: arms.map(\.json))
        object.add("shadows", list: shadows.map(\.json))
        return object.value
    }

    private static func counts(_ counts: [(key: String, count: UInt64)]) -> JSONValue {
        var object = ObjectBuilder()
        for (key, count) in counts.sorted(by: { $0.key < $1.key }) { object.add(key, count) }
        return object.value
    }
}

extension ObjectBuilder {
    mutating func add(_ key: String, _ count: UInt64) { add(key, .number(Double(count))) }
}

extension LoadFailure {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("version", version)
        object.add("message", message)
        return object.value
    }
}

extension GuardTrip {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("version", version)
        object.add("reason", reason.rawValue)
        object.add("message", message)
        object.add("time", time)
        return object.value
    }
}

extension ArmReport {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("arm", arm.label)
        object.add("version", version)
        object.add("requests", requests)
        object.add("errors", errors)
        object.add("rejections", rejections)
        object.add("nonFinite", nonFinite)
        object.add("latency", latency.json)
        object.add("latencySum", latencySum)
        object.add("scores", scores.json)
        object.add("reference", reference?.json)
        return object.value
    }
}

extension ReferenceScores {
    var json: JSONValue {
        switch self {
        case .sample(let counts): return counts.json
        case .histogram(let edges, let counts):
            var object = ObjectBuilder()
            object.add("edges", .numbers(edges))
            object.add("shares", .numbers(counts))
            return object.value
        }
    }
}

extension ShadowReport {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("version", version)
        object.add("against", against)
        object.add("offered", offered)
        object.add("dropped", dropped)
        object.add("failed", failed)
        object.add("comparison", comparison.json)
        return object.value
    }
}

extension ComparisonReport {
    var json: JSONValue {
        var object = ObjectBuilder()
        if !bands.isEmpty { object.add("bands", .numbers(bands)) }
        object.add("compared", compared)
        object.add("flips", flips)
        object.add("mismatches", mismatches)
        object.add("nonFinite", nonFinite)
        object.add("confusion", .numbers(confusion.map { Double($0) }))
        object.add("differences", differences.json)
        object.add("absoluteSum", absoluteSum)
        object.add("signedSum", signedSum)
        object.add("squareSum", squareSum)
        object.add("largest", largest)
        object.add("samples", list: samples.map(\.json))
        return object.value
    }
}

extension Disagreement {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("live", live)
        object.add("shadow", shadow)
        object.add("time", time)
        if !request.isEmpty { object.add("request", request) }
        var members = ObjectBuilder()
        for feature in features { members.add(feature.name, feature.value) }
        object.add("features", object: members)
        return object.value
    }
}
