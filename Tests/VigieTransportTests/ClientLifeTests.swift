import Testing

@testable import VigieTransport

@Suite struct ClientLifeTests {
    private let start = MonotonicTime(nanoseconds: 1_000_000_000)

    private func at(_ seconds: Double) -> MonotonicTime { start.advanced(by: .seconds(seconds)) }

    private func ready(_ change: (inout ClientOptions) -> Void = { _ in }) -> ClientLife {
        var options = ClientOptions()
        change(&options)
        var life = ClientLife(options, now: start)
        life.becameReady()
        return life
    }

    @Test func connecting_has_a_time_limit() {
        var life = ClientLife(ClientOptions(), now: start)
        #expect(life.nextTick(openStreams: 0, blockedSince: .never) == at(20))
        #expect(life.tick(at(19), openStreams: 0, blockedSince: .never) == .none)
        #expect(
            life.tick(at(20), openStreams: 0, blockedSince: .never) == .close(.connectTimeout))
    }

    @Test func without_keepalive_nothing_is_ever_due() {
        let life = ready()
        #expect(life.nextTick(openStreams: 5, blockedSince: .never) == .never)
    }

    @Test func keepalive_pings_only_while_streams_are_open_unless_told_otherwise() {
        var life = ready { $0.keepaliveTime = .seconds(10) }
        #expect(life.tick(at(100), openStreams: 0, blockedSince: .never) == .none)
        life.becameActive(at(100))
        #expect(life.tick(at(101), openStreams: 1, blockedSince: .never) == .none)
        #expect(life.tick(at(110), openStreams: 1, blockedSince: .never) == .ping)
        #expect(
            life.tick(at(130), openStreams: 1, blockedSince: .never) == .close(.keepaliveTimeout))
        var always = ready {
            $0.keepaliveTime = .seconds(10)
            $0.keepaliveWithoutStreams = true
        }
        #expect(always.tick(at(10), openStreams: 0, blockedSince: .never) == .ping)
    }

    @Test func draining_ends_at_its_grace() {
        var life = ready { $0.drainGrace = .seconds(60) }
        life.drain(at(1))
        life.drain(at(50))
        #expect(life.tick(at(60), openStreams: 1, blockedSince: .never) == .none)
        #expect(life.tick(at(61), openStreams: 1, blockedSince: .never) == .close(.graceEnded))
    }
}
