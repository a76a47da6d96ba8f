import Testing

@testable import VigieTransport

@Suite struct PingPolicyTests {
    private let start = MonotonicTime(nanoseconds: 1)

    @Test func the_third_ping_that_comes_too_soon_is_one_too_many() {
        var policy = PingPolicy(ServerLimits())
        // The first has nothing to be too close to.
        let verdicts = (0..<4).map { policy.pingArrived(at: at(Double($0)), openStreams: 1) }
        #expect(verdicts == [false, false, false, true])
    }

    @Test func pings_five_minutes_apart_are_fine_while_streams_are_open() {
        var policy = PingPolicy(ServerLimits())
        for ping in 0..<20 {
            #expect(policy.pingArrived(at: at(Double(ping) * 301), openStreams: 1) == false)
        }
    }

    @Test func without_streams_pings_are_to_be_two_hours_apart_unless_permitted() {
        var strict = PingPolicy(ServerLimits())
        var limits = ServerLimits()
        limits.permitPingWithoutStreams = true
        var lenient = PingPolicy(limits)
        let strictVerdicts = (0..<5).map { ping in
            strict.pingArrived(at: at(Double(ping) * 301), openStreams: 0)
        }
        #expect(strictVerdicts.contains(true))
        for ping in 0..<5 {
            #expect(lenient.pingArrived(at: at(Double(ping) * 301), openStreams: 0) == false)
        }
    }

    @Test func an_answer_forgives() {
        var policy = PingPolicy(ServerLimits())
        for ping in 0..<20 {
            #expect(policy.pingArrived(at: at(Double(ping)), openStreams: 1) == false)
            policy.sentHeadersOrData()
        }
    }

    private func at(_ seconds: Double) -> MonotonicTime { start.advanced(by: .seconds(seconds)) }
}
