import VigieCrypto
import VigieEngine

extension Manifest {
    /// The manifest as JSON, in the order of its documentation; what is absent or a default is left
    /// out. Reading it again gives an equal manifest.
    package var text: String { JSONWriter.text(json) }

    private var json: JSONValue {
        var object = JSONMembers()
        object.add("schema", Self.schema)
        object.add("name", name)
        object.add("version", version)
        object.add("namespace", namespace)
        object.add("description", description)
        object.add("created", created)
        object.add("author", author)
        object.add("flavor", flavor.rawValue)
        object.add("files", .array(files.map(\.json)))
        if entry != files[0].path { object.add("entry", entry) }
        object.add("signature", signature?.json)
        object.add("calibration", calibration.json)
        object.add("scorecard", scorecard?.json)
        object.add("decision", decision?.json)
        object.add("reasons", reasons.isEmpty ? nil : reasonsJSON)
        object.add("explanation", explanationJSON)
        object.add("serving", serving == ServingPolicy() ? nil : serving.json)
        object.add(
            "decisionLog", decisionLog == DecisionLogPolicy() ? nil : decisionLog.json)
        object.add("labels", labels.isEmpty ? nil : .array(labels.map { .string($0) }))
        object.add("training", training == TrainingRecord() ? nil : training.json)
        object.add("metrics", metrics.isEmpty ? nil : metricsJSON)
        object.add("reference", reference?.json)
        for key in unknown { object.add(key.key, key.value) }
        return object.json
    }

    /// In the signature's order, then by name, so that the text is the same each time.
    private func inOrder(_ names: some Collection<String>) -> [String] {
        let order = (signature?.features ?? []).enumerated()
            .reduce(into: [String: Int]()) { $0[$1.element.name] = $1.offset }
        return names.sorted { (order[$0] ?? .max, $0) < (order[$1] ?? .max, $1) }
    }

    private var reasonsJSON: JSONValue {
        var object = JSONMembers()
        for name in inOrder(reasons.keys) {
            guard let reason = reasons[name] else { continue }
            var member = JSONMembers()
            member.add("code", .string(reason.code))
            member.add("text", .string(reason.text))
            object.add(name, member.json)
        }
        return object.json
    }

    private var explanationJSON: JSONValue? {
        guard background != nil || !meanTerms.isEmpty || explainsByReconstruction else {
            return nil
        }
        var object = JSONMembers()
        object.add("method", background == nil ? nil : "interventional")
        object.add("background", background)
        if explainsByReconstruction { object.add("reconstruction", JSONValue.bool(true)) }
        if !meanTerms.isEmpty {
            var terms = JSONMembers()
            for name in inOrder(meanTerms.keys) { terms.add(name, meanTerms[name]) }
            object.add("meanTerms", terms.json)
        }
        return object.json
    }

    private var metricsJSON: JSONValue {
        var object = JSONMembers()
        for metric in metrics { object.add(metric.name, metric.value) }
        return object.json
    }
}

/// Members of an object that is being made; absent values are left out.
private struct JSONMembers {
    private var members: [(key: String, value: JSONValue)] = []

    mutating func add(_ key: String, _ value: JSONValue?) {
        if let value { members.append((key, value)) }
    }
    /// An empty string is left out.
    mutating func add(_ key: String, _ value: String?) {
        if let value, !value.isEmpty { members.append((key, .string(value))) }
    }
    mutating func add(_ key: String, _ value: Int?) {
        if let value { members.append((key, .number(Double(value)))) }
    }
    mutating func add(_ key: String, _ value: Double?) {
        if let value { members.append((key, .number(value))) }
    }

    /// The keys are different ones by construction, except that a caller may name two metrics alike:
    /// then there is no object.
    var json: JSONValue { JSONObject(members).map { .object($0) } ?? .null }
}

extension ManifestFile {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        object.add("path", path)
        object.add("sha256", sha256.hex)
        object.add("bytes", bytes)
        return object.json
    }
}

extension Signature {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        object.add("features", .array(features.map(\.json)))
        return object.json
    }
}

extension Feature {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        object.add("name", name)
        object.add("kind", kind.rawValue)
        object.add("units", unit)
        object.add("description", description)
        object.add("min", minimum)
        object.add("max", maximum)
        object.add("missing", missing.rawValue)
        object.add("categories", categories.isEmpty ? nil : .array(categories.map { .string($0) }))
        object.add("input", input)
        if isPersonal { object.add("pii", JSONValue.bool(true)) }
        return object.json
    }
}

extension Calibration {
    /// Nil for none.
    fileprivate var json: JSONValue? {
        var object = JSONMembers()
        switch self {
        case .none: return nil
        case .platt(let slope, let intercept):
            object.add("method", "platt")
            object.add("slope", slope)
            object.add("intercept", intercept)
        case .isotonic(let map):
            object.add("method", "isotonic")
            object.add("x", .numbers(map.x))
            object.add("y", .numbers(map.y))
        }
        return object.json
    }
}

extension ScorecardScale {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        object.add("points", points)
        object.add("odds", odds)
        object.add("pdo", pdo)
        object.add("min", minimum)
        object.add("max", maximum)
        return object.json
    }
}

extension DecisionThresholds {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        object.add("approveBelow", approveBelow)
        object.add("declineFrom", declineFrom)
        return object.json
    }
}

extension ServingPolicy {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        if execution != .automatic { object.add("execution", execution.rawValue) }
        object.add("batching", batching?.json)
        return object.json
    }
}

extension DecisionLogPolicy {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        if features != .hash { object.add("features", features.rawValue) }
        if keepsPersonalValues { object.add("piiValues", JSONValue.bool(true)) }
        object.add("mode", mode?.rawValue)
        return object.json
    }
}

extension BatchingPolicy {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        object.add("maxRows", maxRows)
        object.add("maxDelayMicroseconds", Int(maxDelay / .microseconds(1)))
        object.add("preferredRows", preferredRows)
        return object.json
    }
}

extension TrainingRecord {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        object.add("dataset", dataset)
        object.add("rows", rows)
        object.add("fingerprint", fingerprint)
        object.add("library", library)
        object.add("seed", seed)
        return object.json
    }
}

extension ReferenceStatistics {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        object.add("rows", rows)
        var members = JSONMembers()
        for feature in features { members.add(feature.name, feature.json) }
        object.add("features", features.isEmpty ? nil : members.json)
        object.add(
            "score",
            score.map { score in
                var members = score.members
                members.add("sample", scoreSample.isEmpty ? nil : .numbers(scoreSample))
                return members.json
            })
        return object.json
    }
}

extension NamedDistribution {
    fileprivate var json: JSONValue {
        var object = JSONMembers()
        switch values {
        case .histogram(let histogram): object = histogram.members
        case .categories(let counts):
            var members = JSONMembers()
            for count in counts { members.add(count.category, count.count) }
            object.add("categories", members.json)
        }
        object.add("missing", missing)
        return object.json
    }
}

extension Histogram {
    fileprivate var members: JSONMembers {
        var object = JSONMembers()
        object.add("edges", .numbers(edges))
        object.add(
            "counts", counts.isEmpty ? .array([]) : .numbers(counts.map { Double($0) }))
        return object
    }
}
