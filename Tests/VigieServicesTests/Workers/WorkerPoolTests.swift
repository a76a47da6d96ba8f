import TestArtifacts
import Testing
import VigieEngine
import VigieRPC
import VigieRegistry

@testable import VigieServices

/// Requests that are too dear for a loop, over a real connection.
@Suite(.timeLimit(.minutes(5))) struct WorkerPoolTests {
    private func options(workers: Int = 1, _ change: (inout WorkerOptions) -> Void = { _ in })
        -> WorkerOptions
    {
        var options = WorkerOptions()
        options.workers = workers
        change(&options)
        return options
    }

    /// A slow model, with what it costs as it is, or as it is said to.
    private func slow(
        _ artifact: SlowArtifact, as name: String = "slow", latency: WarmUpLatency? = nil,
        batching: BatchingPolicy? = nil, execution: ServingPolicy.Execution = .automatic
    ) -> LoadedModel {
        loaded(name, 1, artifact, latency: latency ?? artifact.latency) {
            $0.serving = ServingPolicy(execution: execution, batching: batching)
        }
    }

    // MARK: Where

    @Test func dear_requests_run_on_workers_and_cheap_ones_meanwhile_on_the_loop() async throws {
        let dear = SlowArtifact(fixed: .milliseconds(1))
        let cheap = SlowArtifact()
        let server = try ServiceServer([slow(dear), slow(cheap, as: "cheap")], options())
        dear.hold()
        async let late = server.infer("slow", [1, 2])
        await server.waitFor(running: 1)
        #expect(try await server.infer("cheap", [1, 1, 2, 2]).output == [6, 11])
        #expect(server.pool.load.running == 1)
        dear.release()
        #expect(try await late.output == [9])
        let statistics = try #require(server.statistics("slow"))
        #expect(statistics.success.count == 1 && statistics.rows == 1)
        #expect(statistics.batches.map(\.rows) == [1])
    }

    @Test(arguments: [ServingPolicy.Execution.inline, .pool])
    func a_manifest_may_say_where(execution: ServingPolicy.Execution) async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(execution == .inline ? 1 : 0))
        let server = try ServiceServer([slow(artifact, execution: execution)], options())
        #expect(try await server.infer("slow", [1, 2]).output == [9])
        // Only workers have requests in their counters.
        let model = server.catalog.table.entries[0].versions[0]
        let counters = server.services.workerCounters(of: model)
        #expect(counters?.executions.current == (execution == .pool ? 1 : 0))
    }

    @Test func a_request_moves_to_the_workers_when_it_is_seen_to_be_dear() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(2))
        // The warm-up says that it is cheap.
        let model = slow(artifact, latency: WarmUpLatency(tensors: .microseconds(10)))
        let server = try ServiceServer([model], options())
        for _ in 0..<160 { _ = try await server.infer("slow", [1, 2]) }
        let counters = try #require(server.services.workerCounters(of: model))
        #expect(counters.executions.current > 0)
    }

    @Test(
        arguments: [[-1, 2], [Int64.min, 2], [Int64.max, 2], [0, 2], [1, 2, 1], []] as [[Int64]])
    func no_shape_that_a_request_claims_disturbs_the_estimate(shape: [Int64]) async throws {
        let server = try ServiceServer([slow(SlowArtifact())], options())
        do throws(RPCStatus) {
            try await server.client.unary(ServiceServer.ModelInfer.self) {
                $0.setModelName("slow")
                $0.addRaw("input", "FP64", shape, littleEndian([1, 2] as [Double]))
            } response: { _ in
            }
            Issue.record("\(shape) was answered")
        } catch { #expect(error.code == .invalidArgument, "\(error)") }
        #expect(try await server.infer("slow", [1, 2]).output == [9])
    }

    // MARK: Bounds

    @Test func a_full_queue_refuses_with_a_push_back() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(1))
        let server = try ServiceServer([slow(artifact)], options { $0.queueMax = 2 })
        artifact.hold()
        async let first = server.status("slow", [1, 2])
        await server.waitFor(running: 1)
        async let second = server.status("slow", [1, 2])
        async let third = server.status("slow", [1, 2])
        await server.waitFor(waiting: 2)
        let refused = await server.status("slow", [1, 2])
        #expect(refused.code == .resourceExhausted)
        #expect(refused.message == "model 'slow' version 1: 2 requests wait already")
        artifact.release()
        #expect(await first == .ok)
        #expect(await second == .ok)
        #expect(await third == .ok)
        #expect(server.statistics("slow")?.refusals.full == 1)
    }

    @Test func a_push_back_is_no_shorter_than_the_queue() throws {
        let version = SharedVersion(slow(SlowArtifact()), batching: nil)
        let full = WorkRefusal.full(limit: 7, wait: 1_500_000_000)
        let status = full.status(version: version, retryAfter: .milliseconds(200))
        #expect(status.trailers["grpc-retry-pushback-ms"] == "1500")
        let memory = WorkRefusal.memory(bytes: 8, limit: 8)
            .status(version: version, retryAfter: .milliseconds(200))
        #expect(memory.code == .resourceExhausted)
        #expect(memory.trailers["grpc-retry-pushback-ms"] == "200")
    }

    @Test func a_request_that_can_never_be_held_is_told_so() {
        let version = SharedVersion(slow(SlowArtifact()), batching: nil)
        let status = WorkRefusal.memory(bytes: 9, limit: 8).status(version: version)
        #expect(status.code == .resourceExhausted)
        #expect(status.trailers["grpc-retry-pushback-ms"] == nil)
        #expect(
            status.message
                == "model 'slow' version 1: the request and its answer need some 9 bytes, more than "
                + "the 8 of max-worker-bytes: send fewer rows, or ask for fewer outputs")
    }

    @Test func held_bytes_are_bounded_and_given_back() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(1))
        let server = try ServiceServer(
            [slow(artifact)],
            options {
                $0.heldBytesMax = 60_000
                $0.smallBytes = 1000
            })
        artifact.hold()
        let large = [Double](repeating: 1, count: 2 * 1500)
        async let first = server.status("slow", large)
        await server.waitFor(running: 1)
        #expect(server.pool.load.heldBytes >= 24_000)
        let refused = await server.status("slow", large)
        #expect(refused.code == .resourceExhausted)
        #expect(refused.message.contains("bytes while others hold most of 60000"))
        // A small one is taken all the same.
        async let small = server.status("slow", [1, 2])
        await server.waitFor(waiting: 1)
        artifact.release()
        #expect(await first == .ok)
        #expect(await small == .ok)
        await wait { server.pool.load.heldBytes == 0 }
    }

    // MARK: Deadlines and callers who go

    @Test func a_deadline_that_cannot_be_met_is_refused_before_anything_is_computed() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(1))
        let model = slow(artifact, latency: WarmUpLatency(tensors: .seconds(30)))
        let server = try ServiceServer([model], options())
        let status = await server.status("slow", [1, 2], timeout: .seconds(10))
        #expect(status.code == .deadlineExceeded)
        #expect(
            status.message == "model 'slow' version 1: not computed, since the deadline cannot be "
                + "met: the request takes some 30 s")
        #expect(artifact.runs.withLock { $0 } == [])
        #expect(server.statistics("slow")?.refusals.late == 1)
        #expect(try await server.infer("slow", [1, 2]).output == [9])
    }

    @Test func an_estimate_that_is_too_high_is_found_out() async throws {
        let artifact = SlowArtifact(fixed: .microseconds(300))
        let model = slow(artifact, latency: WarmUpLatency(tensors: .seconds(30)))
        let server = try ServiceServer([model], options())
        var isAnswered = false
        for _ in 0..<3000 where !isAnswered {
            isAnswered = await server.status("slow", [1, 2], timeout: .seconds(20)) == .ok
        }
        #expect(isAnswered)
    }

    @Test func the_loop_refuses_what_it_cannot_answer_in_time_either() async throws {
        let artifact = SlowArtifact()
        let model = slow(
            artifact, latency: WarmUpLatency(tensors: .seconds(30)), execution: .inline)
        let server = try ServiceServer([model], options())
        let status = await server.status("slow", [1, 2], timeout: .seconds(10))
        #expect(status.code == .deadlineExceeded)
        #expect(status.message.contains("not computed"))
        #expect(artifact.runs.withLock { $0 } == [])
    }

    @Test func what_waited_too_long_is_not_computed() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(1))
        let server = try ServiceServer([slow(artifact)], options())
        artifact.hold()
        async let first = server.status("slow", [1, 2])
        await server.waitFor(running: 1)
        let late = await server.status("slow", [1, 2], timeout: .milliseconds(60))
        #expect(late.code == .deadlineExceeded)
        artifact.release()
        #expect(await first == .ok)
        await wait { server.statistics("slow")?.failure.count == 1 }
        #expect(artifact.runs.withLock { $0 } == [1])
    }

    @Test func what_its_caller_has_cancelled_is_not_computed() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(1))
        let server = try ServiceServer([slow(artifact)], options())
        artifact.hold()
        async let first = server.status("slow", [1, 2])
        await server.waitFor(running: 1)
        let second = Task { await server.status("slow", [1, 2]) }
        await server.waitFor(waiting: 1)
        second.cancel()
        #expect(await second.value.code == .cancelled)
        // The loop has heard of it when it answers something that was sent later.
        _ = await server.status("nobody", [])
        artifact.release()
        #expect(await first == .ok)
        await wait { server.statistics("slow")?.refusals.abandoned == 1 }
        #expect(artifact.runs.withLock { $0 } == [1])
    }

    // MARK: Batches

    @Test func requests_that_wait_together_share_a_run_and_get_their_own_rows() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(1))
        let server = try ServiceServer(
            [slow(artifact, batching: BatchingPolicy(maxRows: 64, maxDelay: .milliseconds(1)))],
            options())
        artifact.hold()
        async let first = server.status("slow", [0, 0])
        await server.waitFor(running: 1)
        let others = (1...10).map { index in
            Task {
                let first = Double(index)
                let seconds = (0..<index).map(Double.init)
                let output = try await server.infer("slow", seconds.flatMap { [first, $0] }).output
                return output == seconds.map { 1 + 2 * first + 3 * $0 }
            }
        }
        await server.waitFor(waiting: 10)
        artifact.release()
        #expect(await first == .ok)
        for other in others { #expect(try await other.value) }
        #expect(artifact.runs.withLock { $0 } == [1, 55])
        let statistics = try #require(server.statistics("slow"))
        #expect(statistics.success.count == 11 && statistics.rows == 56)
        #expect(statistics.executions == 2)
        #expect(statistics.batches.map(\.rows) == [1, 55])
        #expect(statistics.queueNanoseconds > 0)
    }

    @Test func one_bad_request_does_not_spoil_the_run_of_its_neighbours() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(1))
        let server = try ServiceServer(
            [slow(artifact, batching: BatchingPolicy(maxRows: 64, maxDelay: .milliseconds(1)))],
            options())
        artifact.hold()
        async let first = server.status("slow", [0, 0])
        await server.waitFor(running: 1)
        async let good = server.infer("slow", [1, 2])
        async let bad = server.status("slow", [5, 5, -1, 5])
        async let alsoGood = server.infer("slow", [2, 1])
        await server.waitFor(waiting: 3)
        artifact.release()
        #expect(await first == .ok)
        #expect(try await good.output == [9])
        #expect(try await alsoGood.output == [8])
        let status = await bad
        #expect(status.code == .invalidArgument && status.message.contains("a row whose a is -1"))
    }

    @Test func a_large_batch_goes_through_in_slices() async throws {
        let artifact = SlowArtifact(fixed: .microseconds(300))
        let server = try ServiceServer([slow(artifact)], options())
        let firsts = (0..<5000).map(Double.init)
        let answer = try await server.infer("slow", firsts.flatMap { [$0, -$0] })
        #expect(answer.output == firsts.map { 1 + 2 * $0 - 3 * $0 })
        #expect(artifact.runs.withLock { $0 } == [1024, 1024, 1024, 1024, 904])
        #expect(server.statistics("slow")?.batches.map(\.rows) == [5000])
    }

    @Test func a_large_batch_stops_when_its_caller_goes() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(5))
        let server = try ServiceServer([slow(artifact)], options())
        artifact.hold()
        let task = Task { await server.status("slow", [Double](repeating: 1, count: 200_000)) }
        await server.waitFor(running: 1)
        task.cancel()
        #expect(await task.value.code == .cancelled)
        // Its cancellation went before this on the same connection.
        #expect(await server.status("none", [1, 1]).code == .notFound)
        artifact.release()
        await server.waitFor(running: 0)
        #expect(artifact.runs.withLock { $0.count } < 90)
    }

    // MARK: Life

    @Test func a_version_that_is_replaced_answers_what_waits_for_it() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(1))
        weak var old: LoadedModel?
        let server = try {
            let model = slow(artifact)
            old = model
            return try ServiceServer([model], options())
        }()
        artifact.hold()
        async let running = server.infer("slow", [1, 1])
        await server.waitFor(running: 1)
        async let waiting = server.infer("slow", [2, 2])
        await server.waitFor(waiting: 1)
        // Said to be cheap: one that a busy machine measured as dear would wait for the worker, too.
        let cheap = loaded(
            "slow", 2, SlowArtifact(), latency: WarmUpLatency(tensors: .microseconds(1)))
        server.catalog.replace("slow", with: cheap)
        // A loop takes a new table over between two of its rounds.
        await wait { await server.status("slow", [1, 1], version: "2") == .ok }
        artifact.release()
        #expect(try await running.version == "1")
        #expect(try await waiting == .init(output: [11], shapes: [[1]], version: "1"))
        await wait { old == nil }
    }

    @Test func what_waits_when_the_workers_stop_is_told() async throws {
        let artifact = SlowArtifact(fixed: .milliseconds(1))
        let server = try ServiceServer([slow(artifact)], options())
        artifact.hold()
        async let running = server.status("slow", [1, 1])
        await server.waitFor(running: 1)
        async let waiting = server.status("slow", [2, 2])
        await server.waitFor(waiting: 1)
        let stopping = Task.detached { server.pool.stop() }
        #expect(await waiting.code == .unavailable)
        artifact.release()
        #expect(await running == .ok)
        await stopping.value
        let late = await server.status("slow", [1, 1])
        #expect(late == RPCStatus(.unavailable, "the server is shutting down"))
    }
}
