import Testing
import VigieRollouts

@testable import VigieKubernetes

@Suite struct LeaderElectionTests {
    private let start = ContinuousClock.now
    private let wall = WallTime(milliseconds: 1_800_000_000_000)

    private func record(of wish: LeaderElection.Wish) -> LeaseRecord? {
        switch wish {
        case .create(let record), .update(let record): record
        case .wait: nil
        }
    }

    /// A leader's lease, as it lies in the server.
    private func held(by holder: String, renewed: Int64 = 0) -> LeaseRecord {
        LeaseRecord(
            holder: holder, duration: .seconds(15), acquiredAt: wall,
            renewedAt: WallTime(milliseconds: wall.milliseconds + renewed), transitions: 3)
    }

    @Test func the_first_one_makes_the_lease_and_leads() throws {
        var election = LeaderElection(identity: "a")
        guard case .create(let lease) = election.wish(nil, now: start, wall: wall) else {
            Issue.record("no lease is made")
            return
        }
        #expect(lease.holder == "a" && lease.transitions == 0)
        #expect(!election.leads(at: start), "not before it is written")
        election.confirm(lease, began: start)
        #expect(election.leads(at: start + .seconds(9)))
        #expect(!election.leads(at: start + .seconds(10)), "without a renewal it stops")
    }

    @Test func a_leader_stops_before_another_one_begins() throws {
        var leader = LeaderElection(identity: "a")
        var other = LeaderElection(identity: "b")
        let lease = try #require(record(of: leader.wish(nil, now: start, wall: wall)))
        leader.confirm(lease, began: start)
        #expect(other.wish(lease, now: start, wall: wall) == .wait(holder: "a"))
        for second in 1...30 {
            let now = start + .seconds(second)
            let takes = record(of: other.wish(lease, now: now, wall: wall)) != nil
            #expect(!(takes && leader.leads(at: now)), "two lead after \(second) s")
            #expect(takes == (second >= 15))
        }
    }

    @Test(arguments: [-3_600_000, 0, 86_400_000]) func clocks_that_differ_change_nothing(
        skew: Int64
    ) {
        var election = LeaderElection(identity: "b")
        let mine = WallTime(milliseconds: wall.milliseconds + skew)
        var now = start
        // A leader whose clock goes wrong, and who renews every two seconds, is waited for.
        for renewal in 0..<20 {
            let lease = held(by: "a", renewed: Int64(renewal) * 2000)
            #expect(election.wish(lease, now: now, wall: mine) == .wait(holder: "a"))
            now += .seconds(2)
        }
        let last = held(by: "a", renewed: 38_000)
        #expect(election.wish(last, now: now + .seconds(12), wall: mine) == .wait(holder: "a"))
        let taken = record(of: election.wish(last, now: now + .seconds(13), wall: mine))
        #expect(taken?.holder == "b" && taken?.transitions == 4)
    }

    @Test func a_lease_that_was_let_go_is_taken_at_once() throws {
        var leader = LeaderElection(identity: "a")
        leader.confirm(held(by: "a"), began: start)
        let free = try #require(leader.released(wall: wall))
        #expect(free.holder == "")
        var other = LeaderElection(identity: "b")
        #expect(record(of: other.wish(free, now: start, wall: wall))?.holder == "b")
    }

    @Test func who_comes_back_keeps_its_lease_and_counts_no_transition() throws {
        var again = LeaderElection(identity: "a")
        let lease = try #require(record(of: again.wish(held(by: "a"), now: start, wall: wall)))
        #expect(lease.transitions == 3 && lease.acquiredAt == wall)
    }

    @Test func nobody_lets_go_of_anothers_lease() {
        var election = LeaderElection(identity: "b")
        _ = election.wish(held(by: "a"), now: start, wall: wall)
        #expect(election.released(wall: wall) == nil)
    }

    @Test func a_record_comes_back_as_it_was_written() {
        let lease = held(by: "a", renewed: 1234)
        #expect(LeaseRecord(spec: lease.spec) == lease)
        #expect(lease.spec["renewTime"]?.string == "2027-01-15T08:00:01.234000Z")
        #expect(LeaseRecord(spec: .string("nonsense")).holder == "")
    }
}
