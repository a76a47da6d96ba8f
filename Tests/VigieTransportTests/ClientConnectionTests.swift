import Glibc
import Testing
import TransportTestKit

@testable import VigieTransport

@Suite(.timeLimit(.minutes(5)))
struct ClientConnectionTests {
    /// A server of the test kit and a loop for clients, both ended when `body` is through.
    private func withServer(
        _ limits: ServerLimits = ServerLimits(),
        _ body: (HTTPServer, TestLoop) async throws -> Void
    ) async throws {
        let serverLoop = try TestLoop()
        let clientLoop = try TestLoop()
        let server = try HTTPServer(
            listen: try SocketAddress.parse("127.0.0.1:0"), loops: [serverLoop.loop],
            limits: limits, tls: nil, makeHandler: { TestHandler(loop: $0) })
        server.start()
        try await body(server, clientLoop)
        clientLoop.stop()
        serverLoop.stop()
    }

    @Test func a_call_gets_its_answer() async throws {
        try await withServer { server, loop in
            let client = await Client(server.address, on: loop)
            #expect(await client.isReady())
            let outcome = try #require(await client.call("/"))
            #expect(outcome.status == "200")
            #expect(outcome.headers["content-type"] == "text/plain")
            #expect(outcome.text == "Hello, world!\n")
            #expect(outcome.hasEnded && outcome.code == .noError)
        }
    }

    @Test func calls_run_side_by_side_on_one_connection() async throws {
        try await withServer { server, loop in
            let client = await Client(server.address, on: loop)
            #expect(await client.isReady())
            let ended = Mailbox<Outcome>()
            for _ in 0..<500 {
                #expect(await client.open("/", into: ended) == .opened)
            }
            for _ in 0..<500 { #expect(await ended.take().text == "Hello, world!\n") }
            #expect(server.connectionCount == 1)
            #expect(await loop.run { client.connection.openStreams } == 0)
        }
    }

    @Test func a_large_body_is_sent_with_bounded_memory_and_echoed_whole() async throws {
        try await withServer { server, loop in
            let client = await Client(server.address, on: loop)
            #expect(await client.isReady())
            let ended = Mailbox<Outcome>()
            let buffered = Mailbox<Int>()
            await client.open("/echo", sending: 5_000_000, into: ended) { stream in
                stream.onClosed = { buffered.put($0.mostBuffered) }
            }
            let outcome = await ended.take()
            #expect(outcome.body.count == 5_000_000)
            #expect(outcome.body.allSatisfy { $0 == 0x78 })
            #expect(await buffered.take() < HTTPStream.highWaterBytes + 10_000)
        }
    }

    @Test func a_response_that_is_not_read_stops_at_its_window_and_goes_on_later() async throws {
        var options = ClientOptions()
        options.http2.streamWindowBytes = 100_000
        try await withServer { server, loop in
            let client = await Client(server.address, on: loop, options: options)
            #expect(await client.isReady())
            let ended = Mailbox<Outcome>()
            let paused = Mailbox<Bool>()
            nonisolated(unsafe) var held: ProbeStream?
            await client.open("/bytes/1000000", into: ended) { stream in
                stream.onData = {
                    guard held == nil else { return }
                    held = $0
                    $0.pauseReading()
                    paused.put(true)
                }
            }
            _ = await paused.take()
            // Another call on the connection is not held up by it.
            #expect(await client.call("/")?.text == "Hello, world!\n")
            await loop.run { held?.resumeReading() }
            #expect(await ended.take().body.count == 1_000_000)
        }
    }

    @Test func a_port_where_nobody_listens_is_reported() async throws {
        let loop = try TestLoop()
        // Bound and closed again: nobody listens there now.
        let address = try SocketAddress.parse("127.0.0.1:1")
        let client = await Client(address, on: loop)
        guard case .network(let error) = await client.closeReason() else {
            Issue.record("closed for another reason")
            return
        }
        #expect(error.code == ECONNREFUSED)
        #expect(error.description.contains("127.0.0.1:1"))
        loop.stop()
    }

    @Test func a_server_that_says_nothing_runs_into_the_time_limit() async throws {
        let loop = try TestLoop()
        let server = try RawServer { $0.waitForEnd() }
        var options = ClientOptions()
        options.connectTimeout = .milliseconds(200)
        let client = await Client(server.address, on: loop, options: options)
        let reason = await client.closeReason()
        #expect(reason.label == CloseReason.Limit.connectTimeout.rawValue)
        loop.stop()
        server.join()
    }

    @Test func streams_over_the_servers_limit_are_not_opened_until_there_is_room() async throws {
        var limits = ServerLimits()
        limits.http2.maxConcurrentStreams = 2
        try await withServer(limits) { server, loop in
            let client = await Client(server.address, on: loop)
            #expect(await client.isReady())
            let ended = Mailbox<Outcome>()
            #expect(await loop.run { client.connection.room } == 2)
            // In one turn of the loop, so that none can end before the third is tried.
            let openings = await loop.run {
                ["/wait/50", "/wait/50", "/"].map { path in
                    client.connection.open(
                        ProbeStream(ended), Client.headers("GET", path), endStream: true)
                }
            }
            #expect(openings == [.opened, .opened, .atLimit])
            try #require(openings.last == .atLimit)
            #expect(await client.rooms.take())
            #expect(await client.open("/", into: ended) == .opened)
            for _ in 0..<3 { #expect(await ended.take().status == "200") }
        }
    }

    @Test func a_draining_server_lets_streams_end_and_takes_no_more() async throws {
        try await withServer { server, loop in
            let client = await Client(server.address, on: loop)
            #expect(await client.isReady())
            let ended = Mailbox<Outcome>()
            await client.open("/wait/300", into: ended)
            #expect(await client.call("/")?.status == "200")
            server.drain(grace: .seconds(30))
            guard case .draining(let goAway) = await client.states.take() else {
                Issue.record("not draining")
                return
            }
            #expect(goAway?.code == .noError && goAway?.lastStream == .max)
            #expect(await client.open("/", into: ended) == .unavailable)
            #expect(await ended.take().text == "Hello, world!\n")
            guard case .clean = await client.closeReason() else {
                Issue.record("not a clean end")
                return
            }
        }
    }

    @Test func a_shutdown_of_ours_lets_streams_end() async throws {
        try await withServer { server, loop in
            let client = await Client(server.address, on: loop)
            #expect(await client.isReady())
            let ended = Mailbox<Outcome>()
            await client.open("/wait/100", into: ended)
            await loop.run { client.connection.shutdown() }
            #expect(await client.open("/", into: ended) == .unavailable)
            #expect(await ended.take().text == "Hello, world!\n")
            guard case .clean = await client.closeReason() else {
                Issue.record("not a clean end")
                return
            }
        }
    }

    @Test func a_stream_after_the_last_of_a_goaway_is_refused_and_the_others_are_not() async throws
    {
        let loop = try TestLoop()
        let server = try RawServer { peer in
            peer.shakeHands()
            _ = peer.waitForFrame(1)
            _ = peer.waitForFrame(1)
            peer.send(RawPeer.frame(7, payload: [0, 0, 0, 1, 0, 0, 0, 0] + Array("bye".utf8)))
            // Stream 1: ":status: 200", the end.
            peer.send(RawPeer.frame(1, flags: 5, stream: 1, payload: [0x88]))
            peer.waitForEnd()
        }
        let client = await Client(server.address, on: loop)
        #expect(await client.isReady())
        let first = Mailbox<Outcome>()
        let second = Mailbox<Outcome>()
        await client.open("/", into: first)
        await client.open("/", into: second)
        #expect(await second.take().code == .refusedStream)
        #expect(await first.take().status == "200")
        guard case .draining(let goAway) = await client.states.take() else {
            Issue.record("not draining")
            return
        }
        #expect(goAway == .init(lastStream: 1, code: .noError, message: "bye"))
        _ = await client.closeReason()
        loop.stop()
        server.join()
    }

    @Test func a_connection_that_dies_leaves_nobody_waiting() async throws {
        let loop = try TestLoop()
        let server = try RawServer { peer in
            peer.shakeHands()
            _ = peer.waitForFrame(1)
        }
        let client = await Client(server.address, on: loop)
        #expect(await client.isReady())
        #expect(await client.call("/")?.code == .connectionLost)
        _ = await client.closeReason()
        loop.stop()
        server.join()
    }

    @Test func informational_responses_are_passed_over() async throws {
        let loop = try TestLoop()
        let server = try RawServer { peer in
            peer.shakeHands()
            _ = peer.waitForFrame(1)
            // Literal ":status: 103" (name index 8) and "link: x", then the response and a trailer.
            peer.send(
                RawPeer.frame(
                    1, flags: 4, stream: 1,
                    payload: [0x08, 3] + Array("103".utf8) + [0, 4] + Array("link".utf8) + [
                        1, 0x78,
                    ]
                ))
            peer.send(RawPeer.frame(1, flags: 4, stream: 1, payload: [0x88]))
            peer.send(
                RawPeer.frame(
                    1, flags: 5, stream: 1, payload: [0, 3] + Array("end".utf8) + [1, 0x79]))
            peer.waitForEnd()
        }
        let client = await Client(server.address, on: loop)
        #expect(await client.isReady())
        let outcome = try #require(await client.call("/"))
        #expect(outcome.status == "200")
        #expect(outcome.headers == ["end": "y"])
        #expect(outcome.hasEnded)
        await loop.run { client.connection.close() }
        loop.stop()
        server.join()
    }

    @Test func a_server_that_answers_no_ping_is_given_up() async throws {
        let loop = try TestLoop()
        let server = try RawServer { peer in
            peer.shakeHands()
            peer.waitForEnd()
        }
        var options = ClientOptions()
        options.keepaliveTime = .milliseconds(100)
        options.keepaliveTimeout = .milliseconds(100)
        let client = await Client(server.address, on: loop, options: options)
        #expect(await client.isReady())
        let ended = Mailbox<Outcome>()
        await client.open("/", into: ended)
        #expect(await ended.take().code == .connectionLost)
        #expect(await client.closeReason().label == "keepalive_timeout")
        loop.stop()
        server.join()
    }

    @Test func it_can_be_closed_inside_a_streams_event() async throws {
        try await withServer { server, loop in
            let client = await Client(server.address, on: loop)
            #expect(await client.isReady())
            let ended = Mailbox<Outcome>()
            for _ in 0..<10 { await client.open("/wait/10000", into: ended) }
            await client.open("/bytes/100000", into: ended) { stream in
                stream.onData = { _ in client.connection.close() }
            }
            for _ in 0..<11 { #expect(await ended.take().code == .connectionLost) }
            guard case .shutdown = await client.closeReason() else {
                Issue.record("closed for another reason")
                return
            }
        }
    }

    @Test func a_cancelled_stream_ends_on_both_sides() async throws {
        try await withServer { server, loop in
            let client = await Client(server.address, on: loop)
            #expect(await client.isReady())
            let ended = Mailbox<Outcome>()
            await client.open("/bytes/100000000", into: ended) { stream in
                stream.onData = { $0.reset(.cancel) }
            }
            #expect(await ended.take().code == .cancel)
            let stats = try #require(await client.call("/stats"))
            // Only the stream that asks.
            #expect(stats.text.hasPrefix("live 1\n"))
        }
    }

    @Test func an_owner_that_is_gone_is_not_missed() async throws {
        try await withServer { server, loop in
            await loop.run {
                final class Nobody: HTTPClientConnectionOwner {
                    func connection(
                        _: HTTPClientConnection, became: HTTPClientConnection.State
                    ) {}
                    func connectionHasRoom(_: HTTPClientConnection) {}
                }
                _ = HTTPClientConnection(
                    to: server.address, loop: loop.loop, tls: nil, options: ClientOptions(),
                    owner: Nobody())
            }
            let client = await Client(server.address, on: loop)
            #expect(await client.isReady())
            #expect(await client.call("/")?.status == "200")
        }
    }
}
