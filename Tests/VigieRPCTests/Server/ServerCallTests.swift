import Synchronization
import Testing
import VigieProtos
import VigieRPC
import VigieTransport

struct ServerCallTests {
    private typealias Ping = VigieV1.Diagnostics.Ping

    private static func echo(_ handler: RPCHandler) {
        handler.unary(Ping.self) { request, response, _ in response.payload = request.payload }
    }

    @Test func a_unary_call_answers() async throws {
        let server = try RPCServer(Self.echo)
        let bytes = [UInt8](0...255)
        for _ in 0..<100 { #expect(try await server.ping(bytes) == bytes) }
    }

    @Test func what_a_handler_throws_is_the_status() async throws {
        let server = try RPCServer { handler in
            handler.unary(Ping.self) { _, _, _ throws(RPCStatus) in
                throw .invalidArgument(fieldViolations: [FieldViolation("payload", "is wrong")])
            }
        }
        let status = await server.pingStatus()
        #expect(status.code == .invalidArgument)
        #expect(status.fieldViolations == [FieldViolation("payload", "is wrong")])
    }

    @Test func a_call_whose_reply_is_dropped_ends_with_internal() async throws {
        let server = try RPCServer { handler in
            handler.deferred(Ping.self) { _, _, _ in }
        }
        let status = await server.pingStatus()
        #expect(status == RPCStatus(.internal, "the handler gave no answer"))
    }

    @Test func a_unary_handler_may_answer_at_once_or_later() async throws {
        let replies = Mutex<[DeferredReply<VigieV1.PingResponse>]>([])
        var limits = RPCLimits()
        limits.maxDeferredCalls = 1
        // The second of the large requests fits only if the first is not held while it waits.
        limits.maxBufferedRequestBytes = 3000
        let server = try RPCServer(limits: limits) { handler in
            handler.unary(Ping.self) { request, response, call throws(RPCStatus) in
                guard request.payload.count >= 2000 else {
                    response.payload = request.payload
                    return
                }
                let reply = try call.deferReply(VigieV1.PingResponse.self)
                replies.withLock { $0.append(reply) }
            }
        }
        let large = [UInt8](repeating: 7, count: 2000)
        async let late = server.ping(large)
        while replies.withLock({ $0.isEmpty }) { await Task.yield() }
        #expect(try await server.ping([1, 2]) == [1, 2])
        let shed = await server.pingStatus(large)
        #expect(shed.code == .resourceExhausted)
        #expect(shed.message == "over 1 answers are being worked on")
        replies.withLock { $0.removeLast() }.finish { $0.setPayload(([3] as [UInt8]).span.bytes) }
        #expect(try await late == [3])
    }

    @Test func a_reply_may_throw_and_only_the_first_counts() async throws {
        let server = try RPCServer { handler in
            handler.deferred(Ping.self) { _, reply, _ in
                reply.finish { _ throws(RPCStatus) in throw RPCStatus(.aborted, "late") }
                reply.fail(RPCStatus(.dataLoss))
            }
        }
        #expect(await server.pingStatus() == RPCStatus(.aborted, "late"))
    }

    @Test func deferred_work_is_bounded_and_cancellation_reaches_it() async throws {
        let replies = Mutex<[DeferredReply<VigieV1.PingResponse>]>([])
        var limits = RPCLimits()
        limits.maxDeferredCalls = 1
        let server = try RPCServer(limits: limits) { handler in
            handler.deferred(Ping.self) { _, reply, _ in replies.withLock { $0.append(reply) } }
        }
        let options = CallOptions(timeout: .milliseconds(50))
        #expect(await server.pingStatus(options: options).code == .deadlineExceeded)
        // The caller has gone, its work has not: it still counts.
        let shed = await server.pingStatus()
        #expect(shed.code == .resourceExhausted)
        let reply = try #require(replies.withLock { $0.popLast() })
        while !reply.isCancelled { await Task.yield() }
        reply.finish { _ in }
        async let answer = server.ping()
        while replies.withLock({ $0.isEmpty }) { await Task.yield() }
        replies.withLock { $0.removeLast() }.finish { $0.setPayload(([1] as [UInt8]).span.bytes) }
        #expect(try await answer == [1])
    }

    @Test func cancelling_a_task_cancels_its_call() async throws {
        let replies = Mutex<[DeferredReply<VigieV1.PingResponse>]>([])
        let server = try RPCServer { handler in
            handler.deferred(Ping.self) { _, reply, _ in replies.withLock { $0.append(reply) } }
        }
        let task = Task { await server.pingStatus() }
        while replies.withLock({ $0.isEmpty }) { await Task.yield() }
        task.cancel()
        #expect(await task.value.code == .cancelled)
        while replies.withLock({ !$0[0].isCancelled }) { await Task.yield() }
    }

    @Test func a_response_over_the_limit_is_a_status() async throws {
        var limits = RPCLimits()
        limits.maxResponseBytes = 100
        let server = try RPCServer(limits: limits, Self.echo)
        #expect(try await server.ping([UInt8](repeating: 0, count: 90)).count == 90)
        let status = await server.pingStatus([UInt8](repeating: 0, count: 100))
        #expect(status.code == .resourceExhausted)
        #expect(try await server.ping([1]) == [1])
    }

    @Test func answers_that_wait_to_be_read_have_further_calls_of_the_connection_refused()
        async throws
    {
        var limits = RPCLimits()
        limits.maxUnreadBytes = 1 << 20
        let answer = [UInt8](repeating: 1, count: 1 << 20)
        let server = try RPCServer(limits: limits) { handler in
            handler.unary(Ping.self) { _, response, _ in response.setPayload(answer.span.bytes) }
        }
        // One connection, whose calls arrive many at once: far faster than such answers leave.
        let outcomes = await withTaskGroup(of: RPCStatus.self) { group in
            for _ in 0..<200 { group.addTask { await server.pingStatus() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let refused = outcomes.filter { $0.code == .resourceExhausted }
        #expect(!refused.isEmpty)
        let message = "over 1048576 bytes of answers wait to be read on this connection"
        #expect(refused.allSatisfy { $0.message == message })
        #expect(outcomes.filter { $0.code == .ok }.count == outcomes.count - refused.count)
        // All is read now: nothing is left in the count.
        for _ in 0..<20 { #expect(await server.pingStatus().code == .ok) }
    }

    @Test func a_response_over_the_clients_limit_is_a_status() async throws {
        var options = ChannelOptions()
        options.maxResponseBytes = 100
        let server = try RPCServer(options: options, Self.echo)
        let status = await server.pingStatus([UInt8](repeating: 0, count: 100))
        #expect(status.code == .resourceExhausted)
        #expect(try await server.ping([1]) == [1])
    }

    @Test func a_deadline_is_passed_on() async throws {
        let server = try RPCServer { handler in
            handler.unary(Ping.self) { _, response, call in
                let left = call.deadline.since(call.loop.now)
                response.setPayload(
                    Array("\(left > .seconds(50) && left <= .seconds(60))".utf8).span.bytes)
            }
        }
        let answer = try await server.ping(options: CallOptions(timeout: .seconds(60)))
        #expect(String(decoding: answer, as: UTF8.self) == "true")
        let passed = CallOptions(timeout: .zero)
        #expect(await server.pingStatus(options: passed).code == .deadlineExceeded)
    }

    @Test func interceptors_see_each_call_once_in_order() async throws {
        final class Watcher: ServerInterceptor {
            let seen: Seen
            let name: String
            let refuses: Bool
            init(_ seen: Seen, _ name: String, refuses: Bool = false) {
                self.seen = seen
                self.name = name
                self.refuses = refuses
            }
            func began(_ call: ServerCall) throws(RPCStatus) {
                seen.add("\(name) began")
                if refuses { throw RPCStatus(.permissionDenied, "no") }
            }
            func ended(_ call: ServerCall, _ status: RPCStatus, elapsed: Duration) {
                seen.add("\(name) ended \(status.code.name)")
            }
            func refused(_ call: ServerCall, _ status: RPCStatus) {
                seen.add("\(name) refused \(call.path) \(status.code.name)")
            }
        }
        final class Seen: Sendable {
            let lines = Mutex<[String]>([])
            func add(_ line: String) { lines.withLock { $0.append(line) } }
        }
        let seen = Seen()
        let open = try RPCServer { handler in
            handler.add(Watcher(seen, "log"))
            Self.echo(handler)
        }
        _ = try await open.ping()
        #expect(seen.lines.withLock { $0 } == ["log began", "log ended OK"])

        seen.lines.withLock { $0 = [] }
        let shut = try RPCServer { handler in
            handler.add(Watcher(seen, "log"))
            handler.add(Watcher(seen, "auth", refuses: true))
            handler.add(Watcher(seen, "later"))
            Self.echo(handler)
        }
        #expect(await shut.pingStatus() == RPCStatus(.permissionDenied, "no"))
        #expect(
            seen.lines.withLock { $0 } == [
                "log began", "auth began", "log ended PERMISSION_DENIED",
            ])

        seen.lines.withLock { $0 = [] }
        let empty = try RPCServer { $0.add(Watcher(seen, "log")) }
        #expect(await empty.pingStatus().code == .unimplemented)
        let path = "/vigie.v1.Diagnostics/Ping"
        #expect(seen.lines.withLock { $0 } == ["log refused \(path) UNIMPLEMENTED"])
    }

    @Test func compressed_both_ways() async throws {
        let server = try RPCServer { handler in
            handler.unary(Ping.self) { request, response, call in
                call.compressesResponses = true
                response.payload = request.payload
            }
        }
        let bytes = [UInt8](repeating: 3, count: 10_000)
        for encoding in [MessageEncoding.gzip, .deflate, .identity] {
            var options = CallOptions()
            options.encoding = encoding
            let reply = try await server.client.reply(Ping.self, options: options) {
                $0.setPayload(bytes.span.bytes)
            } response: {
                Array($0.payload)
            }
            #expect(reply.value == bytes)
            #expect(reply.wasCompressed)
        }
    }

    @Test func a_caller_that_compresses_is_answered_alike() async throws {
        let server = try RPCServer(Self.echo)
        let bytes = [UInt8](repeating: 3, count: 10_000)
        for encoding in [MessageEncoding.gzip, .deflate, .identity] {
            var options = CallOptions()
            options.encoding = encoding
            let reply = try await server.client.reply(Ping.self, options: options) {
                $0.setPayload(bytes.span.bytes)
            } response: {
                Array($0.payload)
            }
            #expect(reply.value == bytes)
            #expect(reply.wasCompressed == (encoding != .identity))
        }
    }

    @Test func many_calls_at_once() async throws {
        // All of them: a machine that is busy otherwise must not make the loop turn any away.
        var limits = RPCLimits()
        limits.adaptiveConcurrency = nil
        let server = try RPCServer(limits: limits, Self.echo)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<2000 {
                group.addTask {
                    let bytes = withUnsafeBytes(of: index) { Array($0) }
                    return try await server.ping(bytes) == bytes ? index : 0
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 1999 * 1000)
    }
}
