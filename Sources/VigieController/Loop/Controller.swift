import VigieKubernetes
import VigieRollouts
import VigieTelemetry
import VigieTransport

/// Looks at all rollouts again and again: asks pods, lets ``RolloutMachine`` decide, writes what became
/// of it and tells. It keeps nothing that matters in memory, so that it can be killed at any instant: the
/// next one goes on from the status that was written last. Belongs to one thread, but for ``wake()`` and
/// ``stop()``.
package final class Controller {
    package struct Parts {
        package var store: any RolloutStore
        package var finder: any PodFinder
        package var scraper: PodScraper
        package var prometheus: PrometheusClient
        package var leadership: any Leadership

        package init(
            store: any RolloutStore, finder: any PodFinder, scraper: PodScraper,
            prometheus: PrometheusClient, leadership: any Leadership
        ) {
            self.store = store
            self.finder = finder
            self.scraper = scraper
            self.prometheus = prometheus
            self.leadership = leadership
        }
    }

    private let parts: Parts
    private let interval: Duration
    private let counts: ControllerCounts
    private let report: (ControllerNews) -> Void
    let clock: () -> WallTime
    private var troubles = TroubleList()
    /// By rollout, what was last said of an object that is none.
    var refusals: [String: String] = [:]

    /// The shortest pause between two rounds, whatever has changed.
    private static let pauseMin = Duration.milliseconds(100)

    /// - Parameter interval: between two looks at the pods.
    package init(
        _ parts: Parts, interval: Duration, counts: ControllerCounts,
        clock: @escaping () -> WallTime = WallTime.now,
        report: @escaping (ControllerNews) -> Void
    ) {
        self.parts = parts
        self.interval = interval
        self.counts = counts
        self.clock = clock
        self.report = report
    }

    /// Looks at everything once.
    /// - Returns: when to look again, at the latest.
    package func round() -> Duration {
        guard parts.leadership.isLeader else { return interval }
        let began = ContinuousClock.now
        defer {
            let seconds = began.duration(to: .now) / .seconds(1)
            counts.count {
                $0.rounds += 1
                $0.roundSeconds += seconds
            }
        }
        let rollouts: [StoredRollout]
        do throws(StoreError) {
            rollouts = Self.withoutRivals(try parts.store.rollouts())
            note("rollouts", nil)
        } catch {
            note("rollouts", error.description)
            return interval
        }
        forget(others: rollouts)
        let places: [PodPlace]
        do throws(KubernetesError) {
            places = try parts.finder.pods()
            note("pods", nil)
        } catch {
            // Not to know the pods is not to have none: nothing is decided.
            note("pods", error.description)
            // What does not pass by itself, people should see where they look.
            if !error.isTransient { tellOfUnknownPods(rollouts, error.description) }
            return interval
        }
        let answers = rollouts.isEmpty ? [] : parts.scraper.scrape(places)
        noteScrapes(answers, pods: places.count)
        var next = interval
        for rollout in rollouts { next = min(next, look(at: rollout, answers)) }
        count(rollouts)
        return max(next, Self.pauseMin)
    }

    // MARK: One rollout

    private func look(at stored: StoredRollout, _ answers: [PodScraper.Answer]) -> Duration {
        let name = stored.metadata.name
        switch stored.content {
        case .failure(let refusal):
            refuse(stored, refusal)
            return interval
        case .success(let rollout):
            refusals[name] = nil
            let now = clock()
            let input = RolloutInput(
                rollout, pods: answers.map { Self.observation($0, name) },
                answers: ask(RolloutMachine.dueQueries(rollout, now: now)), now: now)
            let decision = RolloutMachine.advance(input)
            if decision.status != rollout.status {
                guard write(decision.status, of: stored) else { return Self.pauseMin }
            }
            for event in decision.events { tell(RolloutNews(event), of: stored) }
            return decision.next
        }
    }

    private static func observation(_ answer: PodScraper.Answer, _ rollout: String)
        -> PodObservation
    {
        switch answer.report {
        case .success(let report):
            PodObservation(
                name: answer.place.name, isReady: answer.place.isReady,
                report: report.rollout(rollout))
        case .failure(let failure):
            // Kubernetes says whether it is ready; of pods without Kubernetes one that does not answer
            // is not.
            PodObservation(
                name: answer.place.name,
                isReady: answer.place.isReady && answer.place.isWatched, report: nil,
                silence: failure.message)
        }
    }

    private func ask(_ analyses: [AnalysisSpec]) -> [String: QueryAnswer] {
        var answers: [String: QueryAnswer] = [:]
        for analysis in analyses {
            let answer = parts.prometheus.ask(analysis)
            answers[analysis.name] = answer
            counts.count {
                $0.queries += 1
                if case .error = answer { $0.failedQueries += 1 }
            }
        }
        return answers
    }

    /// - Returns: whether it is written, so that what it says has happened.
    func write(_ status: RolloutStatus, of rollout: StoredRollout) -> Bool {
        let subject = "status of \(rollout.metadata.name)"
        // Asked again: looking at pods takes time, and another one may lead by now.
        guard parts.leadership.isLeader else { return false }
        do throws(StoreError) {
            try parts.store.write(status, of: rollout)
            counts.count { $0.writes += 1 }
            note(subject, nil)
            return true
        } catch {
            counts.count {
                if error.isConflict { $0.conflicts += 1 } else { $0.failedWrites += 1 }
            }
            // Somebody was faster: it is looked at again in a moment.
            if !error.isConflict { note(subject, error.description) }
            return false
        }
    }

    func tell(_ news: RolloutNews, of rollout: StoredRollout) {
        report(
            ControllerNews(
                news.isWarning ? .warning : .info,
                "rollout \(rollout.metadata.name): \(news.reason): \(news.message)"))
        do throws(StoreError) {
            try parts.store.tell(news, of: rollout)
            counts.count { $0.events += 1 }
            note("events", nil)
        } catch {
            counts.count { $0.lostEvents += 1 }
            note("events", error.description)
        }
    }

    // MARK: Telling

    private func note(_ subject: String, _ problem: String?) {
        if let news = troubles.note(subject, problem) { report(news) }
    }

    private func noteScrapes(_ answers: [PodScraper.Answer], pods: Int) {
        for answer in answers {
            switch answer.report {
            case .success: note("pod \(answer.place.name)", nil)
            case .failure(let failure): note("pod \(answer.place.name)", failure.message)
            }
        }
        let failures = answers.count { if case .failure = $0.report { true } else { false } }
        counts.count {
            $0.pods = pods
            $0.scrapes += UInt64(answers.count)
            $0.scrapeFailures += UInt64(failures)
        }
        let known = Set(answers.map { "pod \($0.place.name)" })
        troubles.keep { !$0.hasPrefix("pod ") || known.contains($0) }
    }

    private func forget(others rollouts: [StoredRollout]) {
        let names = Set(rollouts.map(\.metadata.name))
        refusals = refusals.filter { names.contains($0.key) }
        let subjects = Set(names.map { "status of \($0)" })
        troubles.keep { !$0.hasPrefix("status of ") || subjects.contains($0) }
    }

    private func count(_ rollouts: [StoredRollout]) {
        var phases: [RolloutPhase: Int] = [:]
        var refused = 0
        for rollout in rollouts {
            switch rollout.content {
            case .success: phases[rollout.status.phase, default: 0] += 1
            case .failure: refused += 1
            }
        }
        let now = clock()
        counts.count { [phases, refused] state in
            state.phases = phases
            state.refused = refused
            state.lastRound = now
        }
    }
}
