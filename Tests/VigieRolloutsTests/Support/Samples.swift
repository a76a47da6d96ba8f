import VigieEngine

@testable import VigieRollouts

/// Documents that tests begin with.
enum Samples {
    /// Every field, none of them at its default.
    static let full = """
        {"model": "fraud-score", "stable": {"version": 42, "digest": "sha256:\(digest)"},
         "canary": {"version": 43, "digest": "sha256:\(digest)"},
         "shadows": [{"version": 44, "digest": "sha256:\(digest)", "percent": 12.5, "queue": 64,
           "compare": {"absoluteTolerance": 0.001, "relativeTolerance": 0.01, "bands": [0.2, 0.5]}}],
         "routing": {"weight": 500, "sticky": {"metadata": "x-account-id"}, "salt": "pepper",
           "rules": [
             {"name": "beta", "match": [{"metadata": "x-beta", "exact": "1"},
               {"metadata": "x-tenant", "prefix": "eu-"}], "to": "canary"},
             {"name": "old", "match": [{"metadata": "x-old", "regex": "v[0-9]+"}], "version": 41}],
           "exclude": [{"metadata": "x-tenant", "exact": "vip"}]},
         "strategy": {
           "steps": [
             {"shadowPercent": 50, "minimumRequests": 100, "analysis": ["flips"]},
             {"weight": 500, "minimumRequests": 5000, "pause": "10m", "analysis": ["slow"]},
             {"pause": "indefinite"}],
           "analysis": [
             {"name": "flips", "source": "flipRateTest", "max": 0.01, "alpha": 0.01},
             {"name": "slow", "source": "p99Ratio", "max": 1.5, "min": 0.1, "interval": "30s",
              "failureLimit": 2, "inconclusiveLimit": 5, "consecutiveErrorLimit": 6,
              "startingStep": 1},
             {"name": "prom", "source": "prometheus", "query": "up", "address": "http://prom:9090",
              "max": 1}],
           "guard": {"errorRate": 0.05, "p99": "50ms", "nonFinite": false, "window": "2s",
             "minimumRequests": 30},
           "onFailure": "Pause", "progressDeadline": "5m", "revisionHistoryLimit": 3},
         "approvals": {"required": 2}, "suspend": true, "abort": false, "promote": true}
        """
    static let digest = String(repeating: "0123456789abcdef", count: 4)

    static let least = #"{"model": "m", "stable": {"version": 1}}"#

    static func document(_ spec: String) -> String {
        """
        {"apiVersion": "vigie.dev/v1alpha1", "kind": "ModelRollout",
         "metadata": {"name": "r"}, "spec": \(spec)}
        """
    }

    static func rollout(_ spec: String) throws -> Rollout {
        try Rollout.read(JSONParser.parse(document(spec)))
    }

    /// What is wrong with a specification.
    static func problems(_ spec: String) throws -> [String] {
        do {
            _ = try rollout(spec)
            return []
        } catch let error as RolloutError { return error.problems.map(\.description) }
    }
}
