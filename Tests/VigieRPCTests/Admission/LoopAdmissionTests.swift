import Testing
import VigieProtos
import VigieRPC
import VigieTransport

struct LoopAdmissionTests {
    /// A server whose rounds take on `most` calls of the highest class.
    private static func server(most: Double) throws -> RPCServer {
        var limits = RPCLimits()
        var options = ConcurrencyLimit.Options()
        options.minimum = most
        options.maximum = most
        limits.adaptiveConcurrency = options
        return try RPCServer(limits: limits) { handler in
            handler.unary(VigieV1.Diagnostics.Ping.self) { request, response, _ in
                response.payload = request.payload
            }
            handler.unary(GrpcHealthV1.Health.Check.self) { _, response, _ in
                response.status = .serving
            }
            handler.neverShed(GrpcHealthV1.Health.Check.self)
        }
    }

    private static func options(_ priority: String?) -> CallOptions {
        var options = CallOptions()
        if let priority { options.metadata.add("vigie-priority", priority) }
        return options
    }

    @Test func what_is_turned_away_is_told_when_to_come_back() async throws {
        let server = try Self.server(most: 1)
        // The share of the lowest class is less than one call.
        let status = await server.pingStatus(options: Self.options("batch"))
        #expect(status.code == .ok || status.code == .resourceExhausted)
        let crowd = await withTaskGroup(of: RPCStatus.self) { group in
            for _ in 0..<500 {
                group.addTask { await server.pingStatus(options: Self.options("critical")) }
            }
            return await group.reduce(into: [RPCStatus]()) { $0.append($1) }
        }
        let refused = crowd.filter { $0.code == .resourceExhausted }
        #expect(crowd.contains { $0.code == .ok })
        #expect(crowd.allSatisfy { $0.code == .ok || $0.code == .resourceExhausted })
        for status in refused {
            #expect(status.message.hasPrefix("the server is overloaded"))
        }
    }

    @Test func probes_are_answered_where_nothing_else_is() async throws {
        let server = try Self.server(most: 0)
        #expect(
            await server.pingStatus(options: Self.options("critical")).code == .resourceExhausted)
        let status = try await server.client.unary(GrpcHealthV1.Health.Check.self) { _ in
        } response: {
            $0.status
        }
        #expect(status == .serving)
    }

    @Test func a_priority_that_there_is_not_is_an_error() async throws {
        let server = try Self.server(most: 100)
        let status = await server.pingStatus(options: Self.options("urgent"))
        #expect(
            status
                == RPCStatus(
                    .invalidArgument,
                    "vigie-priority 'urgent' is none of batch, normal, critical"))
        for known in CallPriority.allCases {
            #expect(await server.pingStatus(options: Self.options(known.label)) == .ok)
        }
    }
}
