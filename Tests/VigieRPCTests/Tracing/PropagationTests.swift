import Synchronization
import Testing
import VigieProtos
import VigieRPC
import VigieTelemetry
import VigieTransport

struct PropagationTests {
    private typealias Ping = VigieV1.Diagnostics.Ping

    /// What a server has seen of one call.
    private struct Seen: Sendable {
        var trace = TraceContext.none
        var caller = TraceContext.none
        var state = ""
    }

    /// Sends one call and gives what the server has seen.
    private func seen(
        _ options: CallOptions, observer: CallObserver.Wishes? = CallObserver.Wishes()
    ) async throws -> Seen {
        let result = SeenBox()
        let server = try RPCServer { handler in
            if let observer { handler.observer = CallObserver(observer) }
            handler.unary(Ping.self) { _, _, call in
                result.value.withLock {
                    $0 = Seen(trace: call.trace, caller: call.caller, state: call.traceState)
                }
            }
        }
        _ = try await server.ping(options: options)
        return result.value.withLock { $0 }
    }

    private final class SeenBox: Sendable {
        let value = Mutex(Seen())
    }

    private static let trace = TraceContext(
        traceHigh: 0x0102_0304_0506_0708, traceLow: 0x1112_1314_1516_1718, span: 0x2122,
        flags: 0b11)

    @Test func a_clients_trace_arrives_and_the_call_has_a_span_of_its_own() async throws {
        var options = CallOptions()
        options.trace = Self.trace
        options.traceState = "a=1,b=2"
        let seen = try await seen(options)
        #expect(seen.caller == Self.trace)
        #expect(seen.trace.traceID == Self.trace.traceID)
        #expect(seen.trace.span != Self.trace.span && seen.trace.isValid)
        #expect(seen.trace.flags == Self.trace.flags)
        #expect(seen.state == "a=1,b=2")
    }

    @Test func without_an_observer_a_trace_is_handed_on_as_it_came() async throws {
        var options = CallOptions()
        options.trace = Self.trace
        #expect(try await seen(options, observer: nil).trace == Self.trace)
    }

    @Test func a_call_without_a_trace_begins_one() async throws {
        let first = try await seen(CallOptions())
        let second = try await seen(CallOptions())
        #expect(!first.caller.isValid && first.trace.isValid && !first.trace.isSampled)
        #expect(first.trace.traceID != second.trace.traceID)
    }

    @Test(arguments: [
        ["traceparent": "00-12345678901234567890123456789012-1234567890123456-01-more"],
        ["traceparent": "ff-12345678901234567890123456789012-1234567890123456-01"],
        ["tracestate": "foo=1"],
    ])
    func what_is_invalid_begins_a_new_trace_without_a_state(_ headers: [String: String])
        async throws
    {
        var pairs = headers.map { ($0.key, $0.value) }
        if headers["tracestate"] == nil { pairs.append(("tracestate", "foo=1")) }
        let seen = try await seen(CallOptions(metadata: Metadata(pairs)))
        #expect(!seen.caller.isValid && seen.trace.isValid && seen.state == "")
        #expect(seen.trace.traceID != "12345678901234567890123456789012")
    }

    @Test func two_traceparents_are_none() async throws {
        let header = "00-12345678901234567890123456789011-1234567890123456-01"
        let metadata = Metadata([("traceparent", header), ("traceparent", header)])
        #expect(try await !seen(CallOptions(metadata: metadata)).caller.isValid)
    }

    @Test func states_of_several_headers_are_one() async throws {
        let metadata = Metadata([
            ("traceparent", Self.trace.traceParent), ("tracestate", "a=1"),
            ("tracestate", "b=2,c=3"),
        ])
        #expect(try await seen(CallOptions(metadata: metadata)).state == "a=1,b=2,c=3")
    }

    @Test func a_call_that_a_call_makes_names_it_as_its_caller() async throws {
        let inner = SeenBox()
        let outer = SeenBox()
        let back = try RPCServer { handler in
            handler.observer = CallObserver(CallObserver.Wishes())
            handler.unary(Ping.self) { _, _, call in
                inner.value.withLock {
                    $0 = Seen(trace: call.trace, caller: call.caller, state: call.traceState)
                }
            }
        }
        let front = try RPCServer { handler in
            handler.observer = CallObserver(CallObserver.Wishes())
            handler.deferred(Ping.self) { _, reply, call in
                outer.value.withLock { $0.trace = call.trace }
                let options = call.optionsForCallsOfThis
                Task {
                    let answer = (try? await back.ping(options: options)) ?? [9]
                    reply.finish { $0.setPayload(answer.span.bytes) }
                }
            }
        }
        var options = CallOptions()
        options.trace = Self.trace
        options.traceState = "x=y"
        #expect(try await front.ping(options: options) == [])
        let (seen, caller) = (inner.value.withLock { $0 }, outer.value.withLock { $0.trace })
        #expect(seen.caller == caller)
        #expect(seen.trace.traceID == Self.trace.traceID && seen.state == "x=y")
    }
}
