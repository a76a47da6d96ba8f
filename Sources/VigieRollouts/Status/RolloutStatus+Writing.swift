import VigieEngine

extension RolloutStatus {
    /// `status` as the API server and the status file hold it.
    package var json: JSONValue {
        var object = ObjectBuilder()
        object.add("phase", phase.rawValue)
        object.add("reason", reason)
        object.add("message", message)
        object.add("observedGeneration", observedGeneration)
        if !model.isEmpty { object.add("model", model) }
        object.add("stableVersion", stableVersion)
        object.add("canaryVersion", canaryVersion)
        object.add("weight", weight)
        object.add("shadowPercent", shadowPercent)
        object.add("stepIndex", stepIndex)
        object.add("startedAt", startedAt)
        object.add("stepStartedAt", stepStartedAt)
        object.add("progressedAt", progressedAt)
        object.add("stepRequests", stepRequests)
        object.add("resumedStep", resumedStep)
        if !staleResume.isEmpty { object.add("staleResume", staleResume) }
        if !restart.isEmpty { object.add("restart", restart) }
        object.add("promoteIgnored", promoteIgnored, unless: false)
        object.add("staleApprovals", list: staleApprovals.map { .string($0) })
        object.add("pods", pods.json)
        object.add("analysis", list: analysis.map(\.json))
        object.add("lastFailure", lastFailure?.json)
        object.add("approvedBy", list: approvedBy.map { .string($0) })
        object.add("history", list: history.map(\.json))
        object.add("conditions", list: conditions.map(\.json))
        return object.value
    }
}

extension PodCounts {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("total", total)
        object.add("updated", updated)
        object.add("ready", ready)
        object.add("failedToLoad", failedToLoad)
        return object.value
    }
}

extension AnalysisStatus {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("name", name)
        object.add("phase", phase.rawValue)
        object.add("value", value)
        object.add("failures", failures)
        object.add("inconclusive", inconclusive)
        object.add("errors", errors)
        object.add("message", message)
        object.add("requests", requests)
        object.add("samples", samples)
        object.add("evaluatedAt", evaluatedAt)
        return object.value
    }
}

extension RolloutFailure {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("reason", reason)
        object.add("message", message)
        object.add("pod", pod)
        object.add("time", time)
        return object.value
    }
}

extension RolloutRecord {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("stableVersion", stableVersion)
        object.add("canaryVersion", canaryVersion)
        object.add("outcome", outcome.rawValue)
        object.add("reason", reason)
        object.add("startedAt", startedAt)
        object.add("finishedAt", finishedAt)
        return object.value
    }
}

extension RolloutCondition {
    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("type", kind.rawValue)
        object.add("status", status.rawValue)
        object.add("reason", reason)
        object.add("message", message)
        object.add("lastTransitionTime", lastTransitionTime)
        object.add("observedGeneration", observedGeneration)
        return object.value
    }
}
