import Testing

@testable import VigieLoad

@Suite struct PacerTests {
    @Test func workers_share_the_arrivals_out_without_gap_or_double() {
        let schedule = ArrivalSchedule(.constant(1000, seconds: 1))
        var seen: Set<Int> = []
        for worker in 0..<3 {
            var pacer = Pacer(schedule, worker: worker, workers: 3)
            while let due = pacer.take(now: .max) {
                #expect(due.index % 3 == worker)
                #expect(seen.insert(due.index).inserted)
            }
        }
        #expect(seen.count == 1000)
    }

    @Test func nothing_is_due_before_its_time() {
        var pacer = Pacer(ArrivalSchedule(.constant(1000, seconds: 1)))
        #expect(pacer.take(now: 0)?.intended == 0)
        #expect(pacer.take(now: 999_999) == nil)
        #expect(pacer.take(now: 1_000_000)?.intended == 1_000_000)
    }

    @Test func what_had_no_room_is_blocked_and_what_was_sent_late_is_not() {
        var pacer = Pacer(ArrivalSchedule(.constant(1000, seconds: 1)))
        // The generator wakes up late: its own fault.
        #expect(pacer.take(now: 2_500_000)?.wasBlocked == false)
        #expect(pacer.take(now: 2_500_000)?.wasBlocked == false)
        // From 3 ms to 5 ms there is no room.
        #expect(pacer.take(now: 2_500_000)?.wasBlocked == false)
        pacer.noRoom()
        #expect(pacer.isDue(now: 3_000_000))
        pacer.hasRoom(now: 5_000_000)
        for index in [3, 4] {
            let due = pacer.take(now: 5_000_000)
            #expect(due?.index == index && due?.wasBlocked == true)
        }
        // This one was due when there was room again.
        #expect(pacer.take(now: 5_000_000)?.wasBlocked == false)
    }

    @Test func what_is_given_up_is_counted() {
        var pacer = Pacer(ArrivalSchedule(.constant(100, seconds: 1)), worker: 1, workers: 2)
        _ = pacer.take(now: .max)
        #expect(pacer.abandonRest() == 49)
        #expect(pacer.nextOffset == nil)
    }

    @Test func what_was_not_due_yet_is_not_given_up() {
        var pacer = Pacer(ArrivalSchedule(.constant(100, seconds: 1)))
        for _ in 0..<10 { _ = pacer.take(now: .max) }
        #expect(pacer.abandonRest(dueBy: 149_000_000) == 5)
        #expect(pacer.nextOffset == nil)
    }
}
