import VigieRollouts
import VigieTelemetry

/// Which version of one model answers whom: a rollout, compiled. Immutable; any thread may ask it.
///
/// First come the rules, in their order; then exclusions, which also keep a rule from the canary; then
/// the caller's sticky key, or, without one, a number that the request draws.
///
/// **Sticky** means: bucket = XXH64(key bytes, seed: XXH64(salt)) mod 10,000, and the canary answers the
/// buckets below its weight. So a caller is on the same side in every pod, and a greater weight moves
/// nobody back to stable.
///
/// A choice costs some 10 ns without conditions and some 2 ns a byte that is compared or hashed; it
/// allocates nothing and takes no lock.
package final class RoutePlan: Sendable {
    package let model: String
    package let stable: Int
    package let canary: Int?
    /// The canary's share in basis points.
    package let weight: Int
    package let shadows: [ShadowPlan]
    /// What ``choose(_:draw:)`` may answer.
    package let outcomes: [RouteOutcome]
    /// The metadata keys that a choice depends on, in lower case.
    let metadataKeys: [[UInt8]]
    /// The input that a choice depends on.
    package let stickyInput: String?

    /// Of manifests, by version, where the rollout names one.
    private let digests: [Int: String]
    private let program: MatchProgram
    private let rules: [Rule]
    /// Conditions of all rules, one rule's after the other's, then the exclusions.
    private let conditions: [MatchProgram.Condition]
    private let firstExclusion: Int
    /// Of ``RouteFacts``; -1 without one.
    private let stickyKey: Int
    private let seed: UInt64

    private struct Rule: BitwiseCopyable {
        let firstCondition: Int
        let endCondition: Int
        let outcome: Int
        let isCanary: Bool
    }

    /// Outcomes that every plan has, by their place in ``outcomes``.
    package enum Fixed: Int, CaseIterable {
        case normal, lostDraw, lostSticky, excluded, guarded, notLoaded, wonDraw, wonSticky
    }

    /// - Throws: which pattern is of no use, and why.
    package init(_ rollout: EffectiveRollout) throws(RoutePlanError) {
        model = rollout.model
        stable = rollout.stable.version
        canary = rollout.canary?.version
        weight =
            rollout.canary == nil ? 0 : min(max(rollout.weight, 0), RoutingSpec.weightMax)
        shadows = rollout.shadows.map(ShadowPlan.init)
        digests = Self.digests(rollout)
        var outcomes = Self.fixedOutcomes(stable, canary)
        var program = MatchProgram()
        var conditions: [MatchProgram.Condition] = []
        var rules: [Rule] = []
        for (index, rule) in rollout.rules.enumerated() {
            let first = conditions.count
            for (place, match) in rule.match.enumerated() {
                conditions.append(
                    try Self.compile(match, "rules[\(index)].match[\(place)]", &program))
            }
            let outcome = Self.outcome(rule, stable, canary)
            if let outcome { outcomes.append(outcome) }
            rules.append(
                Rule(
                    firstCondition: first, endCondition: conditions.count,
                    outcome: outcome == nil ? Fixed.normal.rawValue : outcomes.count - 1,
                    isCanary: outcome?.arm == .canary))
        }
        firstExclusion = conditions.count
        for (index, match) in rollout.exclude.enumerated() {
            conditions.append(try Self.compile(match, "exclude[\(index)]", &program))
        }
        var stickyInput: String?
        switch rollout.sticky {
        case .metadata(let key): stickyKey = program.key(key)
        case .input(let name):
            stickyKey = program.keys.count
            stickyInput = name
        case nil: stickyKey = -1
        }
        self.stickyInput = stickyInput
        seed = XXHash64.hash(rollout.salt)
        self.program = program
        metadataKeys = program.keys
        self.conditions = conditions
        self.rules = rules
        self.outcomes = outcomes
    }

    private static func digests(_ rollout: EffectiveRollout) -> [Int: String] {
        var digests: [Int: String] = [:]
        let references =
            [rollout.stable] + (rollout.canary.map { [$0] } ?? [])
            + rollout.shadows.map(\.reference)
        for reference in references {
            if let digest = reference.digest { digests[reference.version] = digest.lowercased() }
        }
        return digests
    }

    /// Whether a manifest's SHA-256, in hexadecimal digits, is the one that the rollout names for a
    /// version, if it names one.
    package func accepts(_ version: Int, digest: String) -> Bool {
        digests[version].map { $0 == digest } ?? true
    }

    private static func compile(
        _ match: MetadataMatch, _ path: String, _ program: inout MatchProgram
    ) throws(RoutePlanError) -> MatchProgram.Condition {
        do throws(PatternError) { return try program.add(match) } catch {
            throw RoutePlanError(path: "spec.routing.\(path).regex", problem: error.description)
        }
    }

    private static func fixedOutcomes(_ stable: Int, _ canary: Int?) -> [RouteOutcome] {
        Fixed.allCases.map { fixed in
            func stays(_ route: String) -> RouteOutcome {
                RouteOutcome(version: stable, arm: .stable, route: route)
            }
            func goes(_ route: String) -> RouteOutcome {
                guard let canary else { return stays(RouteReason.normal) }
                return RouteOutcome(version: canary, arm: .canary, route: route)
            }
            return switch fixed {
            case .normal: stays(RouteReason.normal)
            case .lostDraw: stays(RouteReason.weight)
            case .lostSticky: stays(RouteReason.sticky)
            case .excluded: stays(RouteReason.excluded)
            case .guarded: stays(RouteReason.guarded)
            case .notLoaded: stays(RouteReason.notLoaded)
            case .wonDraw: goes(RouteReason.weight)
            case .wonSticky: goes(RouteReason.sticky)
            }
        }
    }

    /// Nil for a rule that leads to a canary which is not there: there is nothing to choose.
    private static func outcome(
        _ rule: RoutingRule, _ stable: Int, _ canary: Int?
    ) -> RouteOutcome? {
        let route = RouteReason.rule(rule.name)
        switch rule.target {
        case .stable: return RouteOutcome(version: stable, arm: .stable, route: route)
        case .canary:
            return canary.map { RouteOutcome(version: $0, arm: .canary, route: route) }
        case .version(let number):
            let arm: Arm = number == stable ? .stable : number == canary ? .canary : .pinned
            return RouteOutcome(version: number, arm: arm, route: route)
        }
    }

    /// Whether choices depend on what ``RouteFacts`` holds.
    package var needsFacts: Bool { factCount > 0 }

    /// Values that ``RouteFacts`` has room for.
    var factCount: Int { metadataKeys.count + (stickyInput == nil ? 0 : 1) }

    /// All versions that the rollout names.
    package var versions: Set<Int> {
        Set(outcomes.map(\.version)).union(shadows.map(\.version))
    }

    /// Whether the version is asked besides the one that answers.
    package func isShadow(_ version: Int) -> Bool { shadows.contains { $0.version == version } }

    // MARK: Choosing

    /// Which of ``outcomes`` is the request's.
    /// - Parameters:
    ///   - facts: of the request, begun for this plan if it ``needsFacts``.
    ///   - draw: a random number of the request's own; see also ``ShadowPlan/takes(_:)``.
    package func choose(_ facts: RouteFacts, draw: UInt64) -> Int {
        for index in rules.indices {
            let rule = rules[index]
            guard holds(rule, facts) else { continue }
            if rule.isCanary, isExcluded(facts) { return Fixed.excluded.rawValue }
            return rule.outcome
        }
        guard weight > 0 else { return Fixed.normal.rawValue }
        if firstExclusion < conditions.count, isExcluded(facts) { return Fixed.excluded.rawValue }
        if stickyKey >= 0 {
            let key = facts.places[stickyKey]
            if key.start >= 0 {
                let bucket = facts.hash(key, seed: seed) % UInt64(RoutingSpec.weightMax)
                return bucket < UInt64(weight)
                    ? Fixed.wonSticky.rawValue : Fixed.lostSticky.rawValue
            }
        }
        let number = Int(truncatingIfNeeded: ((draw >> 32) &* UInt64(RoutingSpec.weightMax)) >> 32)
        return number < weight ? Fixed.wonDraw.rawValue : Fixed.lostDraw.rawValue
    }

    private func holds(_ rule: Rule, _ facts: RouteFacts) -> Bool {
        for index in rule.firstCondition..<rule.endCondition
        where !program.holds(conditions[index], facts) { return false }
        return true
    }

    private func isExcluded(_ facts: RouteFacts) -> Bool {
        for index in firstExclusion..<conditions.count
        where program.holds(conditions[index], facts) { return true }
        return false
    }
}

/// Why a rollout cannot be compiled.
package struct RoutePlanError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The field: "spec.routing.rules[0].match[0].regex".
    package let path: String
    package let problem: String

    package var description: String { "\(path) \(problem)" }
}
