import Synchronization
import VigieEngine
import VigieRollouts

/// The rollouts that a pod carries out: reads what a source tells, keeps the last that was good, and
/// publishes plans for the loops. Any thread may use it.
package final class RolloutBoard: RolloutSink {
    /// Called with each new table, and with the versions that it needs in memory, by model; one call
    /// after the other.
    package typealias Observer =
        @Sendable (_ table: RouteTable, _ required: [String: Set<Int>]) -> Void

    private let report: @Sendable (RolloutEvent) -> Void
    private let state = Mutex(State())
    /// Held while something changes and is told, so that nobody is told of an older table after a newer
    /// one.
    private let observers = Mutex<[Observer]>([])

    private struct State {
        var held: [String: HeldRollout] = [:]
        /// By rollout: what is wrong with its newest document.
        var problems: [String: String] = [:]
        /// What the source has found that is no document.
        var unreadable: [SourceProblem] = []
        var obstacle: String?
        var table = RouteTable.empty
        var required: [String: Set<Int>] = [:]
    }

    /// - Parameter report: what happens, on the source's thread; it must not call back.
    package init(report: @escaping @Sendable (RolloutEvent) -> Void = { _ in }) {
        self.report = report
    }

    /// Calls `observer` with the table now, and then with each that follows, on the source's thread.
    package func observe(_ observer: @escaping Observer) {
        observers.withLock { observers in
            observers.append(observer)
            let (table, required) = state.withLock { ($0.table, $0.required) }
            observer(table, required)
        }
    }

    // MARK: For the source

    package func apply(_ rollouts: [RolloutDocument], problems: [SourceProblem]) {
        observers.withLock { observers in
            let (events, change) = state.withLock { state in
                var (events, change) = Self.update(&state, rollouts)
                let known = Set(state.unreadable)
                for problem in problems where !known.contains(problem) {
                    events.append(.unreadable(problem))
                }
                state.unreadable = problems
                return (events, change)
            }
            for event in events { report(event) }
            guard let (table, required) = change else { return }
            for observer in observers { observer(table, required) }
        }
    }

    package func note(obstacle: String?) {
        let isNews = state.withLock { state in
            defer { state.obstacle = obstacle }
            return state.obstacle != obstacle
        }
        if isNews { report(obstacle.map(RolloutEvent.sourceLost) ?? .sourceBack) }
    }

    private static func update(
        _ state: inout State, _ documents: [RolloutDocument]
    ) -> (events: [RolloutEvent], change: (RouteTable, [String: Set<Int>])?) {
        var events: [RolloutEvent] = []
        var next: [String: HeldRollout] = [:]
        var problems: [String: String] = [:]
        var news: [(rollout: String, events: [RolloutEvent])] = []
        var origins: [String: String] = [:]
        for document in ordered(documents, state.held) {
            let name = document.name
            let former = state.held[name]
            if let origin = origins[name] {
                problems[name] =
                    "\(document.origin): metadata.name '\(name)' is that of a ModelRollout already, "
                    + "in \(origin)"
                continue
            }
            origins[name] = document.origin
            if var former, former.document.content == document.content {
                former.document = document
                next[name] = former
            } else {
                do throws(RolloutRefusal) {
                    let read = try HeldRollout(document, former: former)
                    next[name] = read
                    news.append((name, read.news(since: former)))
                } catch {
                    problems[name] = error.description
                    // What it said before goes on.
                    next[name] = former
                }
            }
        }
        keepModels(of: documents, &next, state.held, problems)
        refuseRivals(&next, state.held, &problems)
        for (name, its) in news where next[name] != nil { events += its }
        for (name, problem) in problems where state.problems[name] != problem {
            events.append(.refused(rollout: name, problem: problem, goesOn: next[name] != nil))
        }
        for (name, former) in state.held where next[name] == nil {
            events.append(.ended(rollout: name, model: former.plan.model))
        }
        state.problems = problems
        let isSame =
            next.count == state.held.count
            && next.allSatisfy { state.held[$0.key]?.isSame(as: $0.value) == true }
        state.held = next
        guard !isSame else { return (events, nil) }
        var routes: [String: ModelRoute] = [:]
        var required: [String: Set<Int>] = [:]
        for (name, held) in next {
            routes[held.plan.model] = ModelRoute(
                rollout: name, plan: held.plan, canary: held.activeCanary)
            required[held.plan.model] = held.effective.requiredVersions
        }
        state.table = RouteTable(routes)
        state.required = required
        return (events, (state.table, required))
    }

    /// By name, and of several of a name the one first that has the place of the one that was there.
    private static func ordered(
        _ documents: [RolloutDocument], _ former: [String: HeldRollout]
    ) -> [RolloutDocument] {
        func isElsewhere(_ document: RolloutDocument) -> Bool {
            document.place != former[document.name]?.document.place
        }
        return documents.enumerated().sorted { left, right in
            let (one, other) = (left.element, right.element)
            guard one.name == other.name else { return one.name < other.name }
            let (isOneNew, isOtherNew) = (isElsewhere(one), isElsewhere(other))
            return isOneNew == isOtherNew ? left.offset < right.offset : isOtherNew
        }.map(\.element)
    }

    /// A rollout whose name was changed in a document that is refused does not end by that: what its
    /// model was given before goes on.
    private static func keepModels(
        of documents: [RolloutDocument], _ next: inout [String: HeldRollout],
        _ former: [String: HeldRollout], _ problems: [String: String]
    ) {
        for document in documents where next[document.name] == nil && problems[document.name] != nil
        {
            guard let model = document.content["spec"]?["model"]?.string else { continue }
            for (name, held) in former
            where next[name] == nil && held.plan.model == model
                && held.document.place == document.place
            {
                next[name] = held
            }
        }
    }

    /// Of two rollouts of one model one is carried out: see ``RolloutSeniority``.
    private static func refuseRivals(
        _ next: inout [String: HeldRollout], _ former: [String: HeldRollout],
        _ problems: inout [String: String]
    ) {
        var owners: [String: String] = [:]
        let order = next.sorted { left, right in
            RolloutSeniority(left.value.rollout, isKnown: former[left.key] != nil)
                < RolloutSeniority(right.value.rollout, isKnown: former[right.key] != nil)
        }
        for (name, held) in order {
            if let owner = owners[held.plan.model] {
                let problem = RolloutSeniority.complaint(model: held.plan.model, of: owner)
                problems[name] = "\(held.document.origin): \(problem)"
                next[name] = nil
            } else {
                owners[held.plan.model] = name
            }
        }
    }

    // MARK: For those who tell of it

    /// What is published now.
    package var table: RouteTable { state.withLock { $0.table } }

    /// Every rollout with what is known of it, by name; those too of which nothing good is known.
    package func standings() -> [RolloutStanding] {
        state.withLock { state in
            Set(state.held.keys).union(state.problems.keys).sorted().map { name in
                RolloutStanding(
                    name: name, rollout: state.held[name]?.rollout,
                    effective: state.held[name]?.effective, canary: state.held[name]?.activeCanary,
                    problem: state.problems[name])
            }
        }
    }

    /// What the source has found that is no document.
    package var unreadable: [SourceProblem] { state.withLock { $0.unreadable } }

    /// What stands in the source's way; nil when nothing does.
    package var obstacle: String? { state.withLock { $0.obstacle } }
}

/// How one rollout stands in a pod.
package struct RolloutStanding: Sendable {
    package let name: String
    /// The last document that was good; nil when none was.
    package let rollout: Rollout?
    /// What is done.
    package let effective: EffectiveRollout?
    /// The canary that the pod watches.
    package let canary: CanaryState?
    /// What is wrong with the newest document; nil when it is good.
    package let problem: String?
}
