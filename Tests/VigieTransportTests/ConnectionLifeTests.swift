import Testing

@testable import VigieTransport

@Suite struct ConnectionLifeTests {
    private let start = MonotonicTime(nanoseconds: 1_000_000_000)

    private func at(_ seconds: Double) -> MonotonicTime { start.advanced(by: .seconds(seconds)) }

    private func serving(_ change: (inout ServerLimits) -> Void = { _ in }) -> ConnectionLife {
        var limits = ServerLimits()
        change(&limits)
        var life = ConnectionLife(limits, now: start, jitter: 1)
        #expect(life.established(start) == .none)
        return life
    }

    @Test func a_handshake_that_takes_too_long_closes() {
        var life = ConnectionLife(ServerLimits(), now: start, jitter: 1)
        #expect(life.tick(at(9.9), openStreams: 0, blockedSince: .never) == .none)
        #expect(
            life.tick(at(10), openStreams: 0, blockedSince: .never) == .close(.handshakeTimeout))
    }

    @Test func idle_time_counts_from_the_last_stream() {
        var life = serving()
        life.heard(at(800))
        life.becameIdle(at(800))
        #expect(life.tick(at(901), openStreams: 0, blockedSince: .never) == .none)
        #expect(
            life.tick(at(1700), openStreams: 0, blockedSince: .never)
                == .announce(message: "max_idle"))
    }

    @Test func age_ends_a_busy_connection_in_two_steps_and_its_grace_cuts_off() {
        var life = serving()
        #expect(life.tick(at(1799), openStreams: 3, blockedSince: .never) == .none)
        #expect(
            life.tick(at(1800), openStreams: 3, blockedSince: .never)
                == .announce(message: "max_age"))
        #expect(life.announcementAcknowledged(at(1800.1)) == .sendFinalGoAway)
        #expect(life.announcementAcknowledged(at(1800.2)) == .none)
        #expect(life.tick(at(1829), openStreams: 3, blockedSince: .never) == .none)
        #expect(
            life.tick(at(1830), openStreams: 3, blockedSince: .never) == .close(.graceEnded))
    }

    @Test func an_announcement_without_an_answer_is_followed_after_a_second() {
        var life = serving()
        #expect(
            life.announce("shutdown", grace: .seconds(5), now: at(1))
                == .announce(message: "shutdown"))
        #expect(life.tick(at(1.5), openStreams: 1, blockedSince: .never) == .none)
        #expect(life.tick(at(2), openStreams: 1, blockedSince: .never) == .sendFinalGoAway)
    }

    @Test func a_drain_shortens_the_grace_and_never_lengthens_it() {
        var life = serving()
        _ = life.announce("max_age", grace: .seconds(30), now: at(0))
        _ = life.announcementAcknowledged(at(0))
        #expect(life.announce("shutdown", grace: .seconds(5), now: at(1)) == .none)
        #expect(life.announce("shutdown", grace: .seconds(50), now: at(2)) == .none)
        #expect(life.tick(at(5.9), openStreams: 1, blockedSince: .never) == .none)
        #expect(life.tick(at(6), openStreams: 1, blockedSince: .never) == .close(.graceEnded))
    }

    @Test func a_drain_during_the_handshake_waits_for_it_a_second() {
        var quick = ConnectionLife(ServerLimits(), now: start, jitter: 1)
        #expect(quick.announce("shutdown", grace: .seconds(30), now: at(1)) == .none)
        var slow = quick
        #expect(quick.established(at(1.5)) == .announce(message: "shutdown"))
        #expect(slow.tick(at(2), openStreams: 0, blockedSince: .never) == .close(.graceEnded))
    }

    @Test func a_silent_peer_is_pinged_then_closed() {
        var life = serving {
            $0.keepaliveTime = .seconds(60)
            $0.keepaliveTimeout = .seconds(20)
        }
        #expect(life.tick(at(60), openStreams: 1, blockedSince: .never) == .ping)
        #expect(life.tick(at(79), openStreams: 1, blockedSince: .never) == .none)
        var answered = life
        #expect(
            life.tick(at(80), openStreams: 1, blockedSince: .never) == .close(.keepaliveTimeout))
        answered.heard(at(79))
        #expect(answered.tick(at(80), openStreams: 1, blockedSince: .never) == .none)
    }

    @Test func a_peer_that_takes_no_bytes_is_closed() {
        var life = serving()
        #expect(life.tick(at(39), openStreams: 1, blockedSince: at(10)) == .none)
        #expect(life.tick(at(40), openStreams: 1, blockedSince: at(10)) == .close(.writeTimeout))
    }

    @Test func the_next_tick_is_never_after_something_is_due_by_more_than_the_check_interval() {
        var life = serving { $0.headerTimeout = .seconds(2) }
        #expect(life.nextTick(openStreams: 1, blockedSince: .never) == at(1))
        #expect(life.tick(at(1), openStreams: 1, blockedSince: .never) == .none)
        #expect(life.nextTick(openStreams: 1, blockedSince: .never) == at(2))
    }
}
