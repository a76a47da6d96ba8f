import TestRandom
import Testing
import VigieRegistry
import VigieTransport

@testable import VigieServices

/// The queue of the workers, with a clock of the test's own. Times are microseconds.
@Suite struct WorkQueueTests {
    /// A request; two join if they are of one shape.
    final class Request {
        let name: String
        let shape: Int
        var isCancelled = false

        init(_ name: String, shape: Int = 1) {
            self.name = name
            self.shape = shape
        }
    }

    final class Model {}

    private let model = Model()
    private let other = Model()

    private func queue(workers: Int = 1, laneMax: Int = 100) -> WorkQueue<Request> {
        WorkQueue(
            workers: workers, laneMax: laneMax, isCancelled: \.isCancelled,
            canJoin: { $0.shape == $1.shape })
    }

    private func time(_ microseconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: UInt64(1_000_000 + microseconds) * 1000)
    }

    private func cost(_ fixed: Int, _ variable: Int = 0) -> WorkCost {
        WorkCost(fixed: UInt64(fixed * 1000), variable: UInt64(variable * 1000))
    }

    private func entry(
        _ request: Request, _ model: Model, cost: WorkCost, rows: Int = 1, at: Int = 0,
        deadline: Int? = nil, batching: BatchingPolicy? = nil, isProbe: Bool = false
    ) -> WorkQueue<Request>.Entry {
        .init(
            payload: request, lane: ObjectIdentifier(model), batching: batching, rows: rows,
            cost: cost, deadline: deadline.map(time) ?? .never, enqueued: time(at),
            isProbe: isProbe)
    }

    /// The names of what is run until nothing is left, each run taking its cost.
    private func drain(_ queue: inout WorkQueue<Request>, count: Int, from start: Int = 0)
        -> [String]
    {
        var names: [String] = []
        var now = time(start)
        for _ in 0..<count {
            let turn = queue.next(worker: 0, now: now)
            guard !turn.run.isEmpty else { break }
            names += turn.run.map(\.payload.name)
            now = now.advanced(by: .nanoseconds(turn.run.reduce(0) { $0 + $1.cost.total }))
        }
        return names
    }

    // MARK: Order

    @Test func one_model_is_served_first_come_first_served() {
        var queue = queue()
        for name in ["a", "b", "c"] { queue.add(entry(Request(name), model, cost: cost(100))) }
        #expect(queue.count == 3)
        #expect(drain(&queue, count: 9) == ["a", "b", "c"])
        #expect(queue.count == 0 && queue.rows == 0)
    }

    @Test func models_share_the_workers_by_time_and_not_by_requests() {
        var queue = queue()
        for index in 0..<20 {
            queue.add(entry(Request("dear \(index)"), model, cost: cost(1000)))
        }
        for index in 0..<60 {
            queue.add(entry(Request("cheap \(index)"), other, cost: cost(100)))
        }
        // Six thousand microseconds of each, however many requests that is.
        let names = drain(&queue, count: 33)
        #expect((2...4).contains(names.count { $0.hasPrefix("dear") }), "\(names)")
    }

    @Test func a_model_with_one_request_at_a_time_gets_no_more_than_its_share() {
        var queue = queue()
        var now = 0
        var served: [String: Int] = [:]
        for index in 0..<500 { queue.add(entry(Request("many \(index)"), other, cost: cost(100))) }
        queue.add(entry(Request("single"), model, cost: cost(1000)))
        for _ in 0..<110 {
            let turn = queue.next(worker: 0, now: time(now))
            let run = turn.run[0]
            now += Int(run.cost.total / 1000)
            let isSingle = run.payload.name == "single"
            served[isSingle ? "single" : "many", default: 0] += Int(run.cost.total / 1000)
            // Its caller sends the next one as soon as it has its answer.
            if isSingle { queue.add(entry(run.payload, model, cost: cost(1000), at: now)) }
        }
        let share = Double(served["single"] ?? 0) / Double(now)
        #expect((0.4...0.6).contains(share), "\(served)")
    }

    @Test func a_model_that_was_silent_has_not_saved_turns_up() {
        var queue = queue()
        for index in 0..<50 { queue.add(entry(Request("busy \(index)"), model, cost: cost(100))) }
        _ = drain(&queue, count: 30)
        for index in 0..<20 { queue.add(entry(Request("new \(index)"), other, cost: cost(100))) }
        let names = drain(&queue, count: 20)
        #expect((8...12).contains(names.count { $0.hasPrefix("busy") }), "\(names)")
    }

    // MARK: Bounds

    @Test func a_full_lane_refuses_and_leaves_other_models_alone() {
        var queue = queue(laneMax: 2)
        for name in ["a", "b"] { queue.add(entry(Request(name), model, cost: cost(1000))) }
        let refusal = queue.refusal(
            lane: ObjectIdentifier(model), cost: cost(1000), deadline: .never, now: time(0))
        #expect(refusal == .full(wait: 2_000_000))
        let free = queue.refusal(
            lane: ObjectIdentifier(other), cost: cost(1000), deadline: .never, now: time(0))
        #expect(free == nil)
    }

    @Test func cancelled_requests_make_room() {
        var queue = queue(laneMax: 2)
        let gone = Request("gone")
        queue.add(entry(Request("a"), model, cost: cost(100)))
        queue.add(entry(gone, model, cost: cost(100)))
        gone.isCancelled = true
        let purged = queue.purge(lane: ObjectIdentifier(model))
        #expect(purged.map(\.payload.name) == ["gone"])
        #expect(queue.count == 1)
        #expect(
            queue.refusal(
                lane: ObjectIdentifier(model), cost: cost(1), deadline: .never, now: time(0)) == nil
        )
    }

    @Test func a_cancelled_request_is_never_run() {
        var queue = queue()
        let gone = Request("gone")
        queue.add(entry(gone, model, cost: cost(100)))
        queue.add(entry(Request("b"), model, cost: cost(100)))
        gone.isCancelled = true
        let turn = queue.next(worker: 0, now: time(0))
        #expect(turn.run.map(\.payload.name) == ["b"])
        #expect(turn.dropped.map(\.reason) == [.cancelled])
    }

    // MARK: Deadlines

    @Test func the_wait_counts_what_runs_what_waits_and_all_workers() {
        var queue = queue(workers: 2)
        let lane = ObjectIdentifier(model)
        #expect(queue.wait(lane: lane, cost: cost(500), now: time(0)) == 0)
        for name in ["a", "b", "c"] { queue.add(entry(Request(name), model, cost: cost(1000))) }
        for worker in 0..<2 { _ = queue.next(worker: worker, now: time(0)) }
        // 400 of 1000 are done by two workers, 1000 wait: (600 + 600 + 1000) / 2.
        #expect(queue.wait(lane: lane, cost: cost(500), now: time(400)) == 1_100_000)
        // Of another model's lane a request waits for no more than its fair turn.
        #expect(
            queue.wait(lane: ObjectIdentifier(other), cost: cost(200), now: time(400)) == 700_000)
    }

    @Test func a_deadline_that_cannot_be_met_is_refused_at_once() {
        var queue = queue()
        queue.add(entry(Request("a"), model, cost: cost(1000)))
        let lane = ObjectIdentifier(model)
        func refusal(_ deadline: Int) -> WorkQueue<Request>.Refusal? {
            queue.refusal(lane: lane, cost: cost(500), deadline: time(deadline), now: time(0))
        }
        #expect(refusal(1499) == .late(wait: 1_000_000))
        #expect(refusal(1500) == nil)
        #expect(
            queue.refusal(
                lane: lane, cost: cost(500), deadline: time(1200), now: time(0),
                ignoringEstimate: true) == nil)
    }

    @Test func what_can_no_longer_be_met_when_its_turn_comes_is_not_run() {
        var queue = queue()
        queue.add(entry(Request("late"), model, cost: cost(100), deadline: 150))
        queue.add(entry(Request("probe"), model, cost: cost(100), deadline: 150, isProbe: true))
        queue.add(entry(Request("free"), model, cost: cost(100)))
        let turn = queue.next(worker: 0, now: time(60))
        #expect(turn.dropped.map(\.entry.payload.name) == ["late"])
        #expect(turn.dropped.map(\.reason) == [.late])
        #expect(turn.run.map(\.payload.name) == ["probe"])
    }

    // MARK: Batching

    private let batching = BatchingPolicy(
        maxRows: 8, maxDelay: .microseconds(500), preferredRows: 4)

    @Test func requests_wait_for_others_up_to_the_delay() {
        var queue = queue()
        queue.add(entry(Request("a"), model, cost: cost(100), at: 0, batching: batching))
        queue.add(entry(Request("b"), model, cost: cost(100), at: 200, batching: batching))
        let early = queue.next(worker: 0, now: time(200))
        #expect(early.run.isEmpty && early.wakeAt == time(500))
        let turn = queue.next(worker: 0, now: time(500))
        #expect(turn.run.map(\.payload.name) == ["a", "b"])
    }

    @Test func the_preferred_number_of_rows_ends_the_wait() {
        var queue = queue()
        queue.add(entry(Request("a"), model, cost: cost(100), rows: 3, batching: batching))
        #expect(queue.next(worker: 0, now: time(1)).run.isEmpty)
        queue.add(entry(Request("b"), model, cost: cost(100), rows: 1, batching: batching))
        #expect(queue.next(worker: 0, now: time(2)).run.count == 2)
    }

    @Test func a_run_has_no_more_rows_than_allowed_and_keeps_the_order() {
        var queue = queue()
        for (name, rows) in [("a", 3), ("b", 4), ("c", 2), ("d", 1)] {
            queue.add(entry(Request(name), model, cost: cost(100), rows: rows, batching: batching))
        }
        #expect(queue.next(worker: 0, now: time(0)).run.map(\.payload.name) == ["a", "b"])
        #expect(queue.next(worker: 0, now: time(500)).run.map(\.payload.name) == ["c", "d"])
    }

    @Test func a_request_of_more_rows_than_a_run_has_runs_alone() {
        var queue = queue()
        queue.add(entry(Request("large"), model, cost: cost(100), rows: 20, batching: batching))
        queue.add(entry(Request("b"), model, cost: cost(100), batching: batching))
        #expect(queue.next(worker: 0, now: time(0)).run.map(\.payload.name) == ["large"])
    }

    @Test func only_what_fits_together_is_put_together() {
        var queue = queue()
        for (name, shape) in [("a", 1), ("x", 2), ("b", 1), ("y", 2)] {
            queue.add(
                entry(Request(name, shape: shape), model, cost: cost(100), batching: batching))
        }
        #expect(queue.next(worker: 0, now: time(0)).run.map(\.payload.name) == ["a", "b"])
        #expect(queue.next(worker: 0, now: time(500)).run.map(\.payload.name) == ["x", "y"])
    }

    @Test func nobody_waits_for_others_past_his_latest_start() {
        var queue = queue()
        queue.add(
            entry(Request("a"), model, cost: cost(100), deadline: 350, batching: batching))
        #expect(queue.next(worker: 0, now: time(0)).wakeAt == time(250))
        #expect(queue.next(worker: 0, now: time(250)).run.count == 1)
    }

    @Test func nobody_joins_a_run_that_would_end_too_late_for_somebody_in_it() {
        var queue = queue()
        queue.add(
            entry(
                Request("tight"), model, cost: cost(100, 100), deadline: 350, batching: batching))
        for name in ["b", "c"] {
            queue.add(
                entry(Request(name), model, cost: cost(100, 100), rows: 2, batching: batching))
        }
        // Together: 100 + 100 + 100 = 300 with one more, 400 with two.
        #expect(queue.next(worker: 0, now: time(0)).run.map(\.payload.name) == ["tight", "b"])
    }

    @Test func cancelled_and_late_requests_do_not_join() {
        var queue = queue()
        let gone = Request("gone")
        queue.add(entry(Request("a"), model, cost: cost(100), batching: batching))
        queue.add(entry(gone, model, cost: cost(100), batching: batching))
        queue.add(entry(Request("late"), model, cost: cost(100), deadline: 50, batching: batching))
        queue.add(entry(Request("b"), model, cost: cost(100), batching: batching))
        gone.isCancelled = true
        let turn = queue.next(worker: 0, now: time(0))
        #expect(turn.run.map(\.payload.name) == ["a", "b"])
        #expect(turn.dropped.map(\.reason) == [.cancelled, .late])
    }

    @Test func requests_that_will_share_a_run_pay_its_fixed_cost_once() {
        var queue = queue()
        for index in 0..<8 {
            queue.add(entry(Request("\(index)"), model, cost: cost(1000, 10), batching: batching))
        }
        #expect(
            queue.wait(lane: ObjectIdentifier(model), cost: cost(1000, 10), now: time(0))
                == 1_080_000)
    }

    // MARK: All together

    /// Whatever comes, everything goes out once: run, dropped or purged.
    @Test(arguments: 0..<20)
    func nothing_is_lost_or_run_twice(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var queue = queue(workers: 3, laneMax: 40)
        let models = [model, other, Model()]
        let policies = [nil, batching, BatchingPolicy(maxRows: 3, maxDelay: .zero)]
        var added: [String] = []
        var gone: [String] = []
        var live: [Request] = []
        for step in 0..<2000 {
            let now = step * 37
            if random.next() % 3 > 0 {
                let which = Int(random.next() % 3)
                let request = Request("\(step)", shape: Int(random.next() % 2))
                let deadline = random.next() % 4 == 0 ? now + Int(random.next() % 3000) : nil
                let new = entry(
                    request, models[which], cost: cost(Int(random.next() % 300), 5),
                    rows: Int(random.next() % 5), at: now, deadline: deadline,
                    batching: policies[which])
                if case .full? = queue.refusal(
                    lane: new.lane, cost: new.cost, deadline: new.deadline, now: time(now))
                {
                    gone += queue.purge(lane: new.lane).map(\.payload.name)
                } else {
                    queue.add(new)
                    added.append(request.name)
                    live.append(request)
                }
            } else if random.next() % 2 == 0, !live.isEmpty {
                live[Int(random.next() % UInt64(live.count))].isCancelled = true
            } else {
                let turn = queue.next(worker: Int(random.next() % 3), now: time(now))
                gone += turn.run.map(\.payload.name) + turn.dropped.map(\.entry.payload.name)
                #expect(turn.run.allSatisfy { !$0.payload.isCancelled }, "seed \(seed)")
            }
        }
        gone += queue.removeAll().map(\.payload.name)
        #expect(gone.sorted() == added.sorted(), "seed \(seed)")
        #expect(queue.count == 0 && queue.rows == 0)
    }
}
