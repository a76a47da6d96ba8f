import Synchronization
import Testing
import VigieProtos
import VigieRPC
import VigieTelemetry
import VigieTransport

struct CallObserverTests {
    private typealias Ping = VigieV1.Diagnostics.Ping

    private final class Lines: Sendable {
        let records = Mutex<[CallRecord]>([])
    }

    /// What is told of one call that sleeps, and fails when asked to.
    private func observe(
        _ wishes: CallObserver.Wishes, options: CallOptions = CallOptions(), fails: Bool = false
    ) async throws -> (spans: [CallRecord], lines: [CallRecord]) {
        let tap = CallObserver.Tap(capacity: 16)
        let lines = Lines()
        let server = try RPCServer { handler in
            handler.observer = CallObserver(wishes, tap: tap) { record in
                lines.records.withLock { $0.append(record) }
            }
            handler.deferred(Ping.self) { _, reply, _ in
                Task {
                    try? await Task.sleep(for: .milliseconds(20))
                    if fails {
                        reply.fail(RPCStatus(.internal, "broken"))
                    } else {
                        reply.finish { _ in }
                    }
                }
            }
        }
        _ = try? await server.ping([1, 2, 3], options: options)
        var spans: [CallRecord] = []
        while let record = tap.spans.pop() { spans.append(record) }
        return (spans, lines.records.withLock { $0 })
    }

    @Test func nobody_hears_of_a_call_that_nobody_asked_for() async throws {
        var wishes = CallObserver.Wishes()
        wishes.sampler = .never
        let (spans, lines) = try await observe(wishes)
        #expect(spans.isEmpty && lines.isEmpty)
        let failed = try await observe(wishes, fails: true)
        #expect(failed.spans.isEmpty && failed.lines.isEmpty)
    }

    @Test func a_recorded_call_tells_what_it_was() async throws {
        var wishes = CallObserver.Wishes()
        wishes.sampler = TraceSampler(ratio: 1)
        let (spans, lines) = try await observe(
            wishes, options: CallOptions(timeout: .seconds(3600)))
        #expect(lines.isEmpty)
        let record = try #require(spans.first)
        #expect(record.path == Ping.path.description && record.code == .ok && record.isKnown)
        #expect(record.method == "Ping" && record.service == "vigie.v1.Diagnostics")
        #expect(record.trace.isSampled && !record.caller.isValid)
        #expect(record.requestMessages == 1 && record.responseMessages == 1)
        #expect(record.requestBytes == 5 && record.responseBytes == 0)
        #expect(record.elapsed > 10_000_000)
        let left = try #require(record.deadlineLeft)
        #expect(left > 0 && left < 3_600_000_000_000)
    }

    @Test func errors_and_slow_calls_are_kept_when_asked() async throws {
        var wishes = CallObserver.Wishes()
        wishes.sampler = .never
        wishes.recordsErrors = true
        #expect(try await observe(wishes).spans.isEmpty)
        let failed = try await observe(wishes, fails: true).spans
        #expect(failed.map(\.code) == [.internal] && failed.first?.message == "broken")
        wishes.recordsErrors = false
        wishes.recordsOver = 1_000_000
        #expect(try await observe(wishes).spans.count == 1)
        wishes.recordsOver = 3_600_000_000_000
        #expect(try await observe(wishes).spans.isEmpty)
    }

    @Test func logs_hear_of_what_they_asked_for() async throws {
        var wishes = CallObserver.Wishes()
        wishes.accessShare = 1
        #expect(try await observe(wishes).lines.map(\.audience) == [.accessLog])
        wishes.slowOver = 1_000_000
        #expect(try await observe(wishes).lines.map(\.audience) == [[.accessLog, .slowLog]])
        wishes.accessShare = 0
        #expect(try await observe(wishes).lines.map(\.audience) == [.slowLog])
    }

    @Test func over_the_rate_a_new_trace_is_not_sampled_and_a_callers_is_handed_on() async throws {
        var wishes = CallObserver.Wishes()
        wishes.sampler = TraceSampler(ratio: 1)
        // One every eleven days.
        wishes.spansPerSecondMax = 1e-6
        let tap = CallObserver.Tap(capacity: 16)
        let kept = Kept()
        let server = try RPCServer { handler in
            handler.observer = CallObserver(wishes, tap: tap)
            handler.unary(Ping.self) { _, _, call in kept.traces.withLock { $0.append(call.trace) }
            }
        }
        for _ in 0..<3 { _ = try await server.ping() }
        var options = CallOptions()
        options.trace = TraceContext(traceHigh: 1, traceLow: 2, span: 3, flags: 1)
        _ = try await server.ping(options: options)
        #expect(kept.traces.withLock { $0.map(\.isSampled) } == [true, false, false, true])
        #expect(tap.spans.count == 1)
        #expect(tap.overRate.current == 3)
    }

    private final class Kept: Sendable {
        let traces = Mutex<[TraceContext]>([])
    }
}
