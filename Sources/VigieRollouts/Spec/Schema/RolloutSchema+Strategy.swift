extension RolloutSchema {
    static let strategy = SpecObject(
        "spec.strategy",
        [
            SpecField("steps", "list, at most 64", "Without any, people move the weight."),
            SpecField("analysis", "list, at most 32", "Numbers that must be within a range."),
            SpecField("guard", "object", "The limits that a pod watches by itself."),
            SpecField(
                "onFailure", "`Rollback`, `Pause` or `Notify`", "Rollback",
                "What a failed analysis does. A tripped guard rolls back in any case."),
            SpecField(
                "progressDeadline", "duration", "10m",
                "How long nothing may advance before the rollout has failed. Pauses and waits for people do not count."
            ),
            SpecField(
                "revisionHistoryLimit", "0 … 100", "10", "Past rollouts that the status keeps."),
        ])

    static let step = SpecObject(
        "spec.strategy.steps[]",
        [
            SpecField(
                "weight", "0 … 10000",
                "The canary's share in basis points. At most one of `weight` and `shadowPercent`."),
            SpecField(
                "shadowPercent", "0 … 100",
                "The share of requests that are repeated to the canary; it answers none of them."),
            SpecField(
                "minimumRequests", "whole number from 0", "0",
                "Requests that the canary must have had in this step, to answer or as a shadow."
            ),
            SpecField(
                "pause", "duration or `indefinite`", "0s",
                "How long the step lasts at least; `indefinite` until the annotation `vigie.dev/resume` is the step's index, or begins with it and `#`."
            ),
            SpecField(
                "analysis", "list of names",
                "Analyses that must succeed in this step. Those that no step names run in the background."
            ),
        ])

    static let analysis = SpecObject(
        "spec.strategy.analysis[]",
        [
            SpecField("name", "name", "required", "Each once."),
            SpecField("source", "see below", "required", "Where the number comes from."),
            SpecField("query", "PromQL", "Of `prometheus`, and required there."),
            SpecField("address", "URL", "Of `prometheus`; else the controller's setting."),
            SpecField(
                "max", "number",
                "The greatest good value. At least one of `max` and `min`, but for `errorRateTest`."
            ),
            SpecField("min", "number", "The least good value."),
            SpecField("interval", "duration from 1s", "10s", "How often it is looked at."),
            SpecField("failureLimit", "0 … 1000000", "0", "Bad values that are borne."),
            SpecField(
                "inconclusiveLimit", "0 … 1000000", "3",
                "Values that say nothing and are borne, one after the other."),
            SpecField(
                "consecutiveErrorLimit", "0 … 1000000", "4",
                "Errors that are borne, one after the other."),
            SpecField(
                "startingStep", "whole number from 0", "0",
                "The step with which a background analysis begins."),
            SpecField(
                "alpha", "over 0 and below 1", "0.05",
                "Of the tests: the chance, over the whole rollout, to fail a canary that is no worse."
            ),
        ])

    static let canaryGuard = SpecObject(
        "spec.strategy.guard",
        [
            SpecField(
                "errorRate", "0 … 1", "no limit",
                "The share of the canary's requests that may fail."
            ),
            SpecField("p99", "duration", "no limit", "Of the canary's latency."),
            SpecField("nonFinite", "boolean", "true", "A NaN or infinite score takes it out."),
            SpecField("window", "100ms … 60s", "1s", "What is looked back on."),
            SpecField(
                "minimumRequests", "1 … 1000000", "20",
                "With fewer in the window, errors and latency say nothing."),
        ])
}
