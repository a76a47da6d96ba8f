import VigieRouting

/// How many requests of a model were given one outcome, by all loops.
package struct RouteCount: Sendable, Equatable {
    package let model: String
    package let outcome: RouteOutcome
    package var requests: UInt64
}

/// How many requests of a model should have been answered by a version that is not loaded.
package struct AbsenceCount: Sendable, Equatable {
    package let model: String
    package let version: Int
    /// It is the stable version: what answered was chosen by nobody.
    package let isFallback: Bool
    package var requests: UInt64
}

extension VigieServices {
    /// By model, version, arm and route; of models with a rollout.
    package func routeCounts() -> [RouteCount] {
        var sums: [String: [RouteOutcome: UInt64]] = [:]
        for model in servedTables().flatMap(\.models) {
            guard let routes = model.routes else { continue }
            for (outcome, cell) in routes.cells {
                sums[model.name, default: [:]][outcome, default: 0] &+= cell.requests.current
            }
            for served in model.versions {
                let outcome = RouteOutcome(
                    version: served.model.version, arm: .pinned, route: RouteReason.pinned)
                sums[model.name, default: [:]][outcome, default: 0] &+=
                    served.pinned.cell.requests.current
            }
        }
        return sums.sorted { $0.key < $1.key }.flatMap { model, outcomes in
            outcomes.sorted { left, right in
                (left.key.version, left.key.arm.rawValue, left.key.route)
                    < (right.key.version, right.key.arm.rawValue, right.key.route)
            }.map { RouteCount(model: model, outcome: $0.key, requests: $0.value) }
        }
    }

    /// By model and version; of models with a rollout.
    package func absenceCounts() -> [AbsenceCount] {
        var sums: [String: [Int: AbsenceCount]] = [:]
        for model in servedTables().flatMap(\.models) {
            guard let routes = model.routes else { continue }
            for (version, cell) in routes.absences {
                let count = AbsenceCount(
                    model: model.name, version: version,
                    isFallback: version == routes.plan.stable, requests: 0)
                sums[model.name, default: [:]][version, default: count].requests &+=
                    cell.requests.current
            }
        }
        return sums.sorted { $0.key < $1.key }.flatMap { _, versions in
            versions.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
