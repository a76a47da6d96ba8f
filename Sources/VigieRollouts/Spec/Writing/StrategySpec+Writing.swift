import VigieEngine

extension StrategySpec {
    var builder: ObjectBuilder {
        var object = ObjectBuilder()
        object.add("steps", list: steps.map(\.json))
        object.add("analysis", list: analysis.map(\.json))
        object.add("guard", object: canaryGuard.builder)
        object.add("onFailure", onFailure, unless: .rollback) { .string($0.rawValue) }
        object.add("progressDeadline", progressDeadline, unless: Self.progressDeadlineDefault)
        object.add(
            "revisionHistoryLimit", revisionHistoryLimit,
            unless: Self.revisionHistoryLimitDefault)
        return object
    }
}

extension StepSpec {
    package var json: JSONValue {
        var object = ObjectBuilder()
        switch traffic {
        case .unchanged: break
        case .weight(let weight): object.add("weight", weight)
        case .shadow(let percent): object.add("shadowPercent", percent)
        }
        object.add("minimumRequests", minimumRequests, unless: 0)
        switch pause {
        case .duration(let duration): object.add("pause", duration, unless: .zero)
        case .indefinite: object.add("pause", "indefinite")
        }
        object.add("analysis", list: analysis.map { .string($0) })
        return object.value
    }
}

extension GuardSpec {
    var builder: ObjectBuilder {
        var object = ObjectBuilder()
        object.add("errorRate", errorRate)
        object.add("p99", p99.map(DurationText.text))
        object.add("nonFinite", nonFinite, unless: true)
        object.add("window", window, unless: Self.windowDefault)
        object.add("minimumRequests", minimumRequests, unless: Self.minimumRequestsDefault)
        return object
    }
}

extension AnalysisSpec {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("name", name)
        object.add("source", source.rawValue)
        object.add("query", query)
        object.add("address", address)
        object.add("max", max)
        object.add("min", min)
        object.add("interval", interval, unless: Self.intervalDefault)
        object.add("failureLimit", failureLimit, unless: Self.failureLimitDefault)
        object.add("inconclusiveLimit", inconclusiveLimit, unless: Self.inconclusiveLimitDefault)
        object.add(
            "consecutiveErrorLimit", consecutiveErrorLimit,
            unless: Self.consecutiveErrorLimitDefault)
        object.add("startingStep", startingStep, unless: 0)
        object.add("alpha", alpha, unless: Self.alphaDefault)
        return object.value
    }
}
