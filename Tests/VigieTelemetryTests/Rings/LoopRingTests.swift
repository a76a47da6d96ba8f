import Glibc
import Testing
import VigieTelemetry

struct LoopRingTests {
    @Test func what_does_not_fit_is_dropped_and_counted() {
        let ring = LoopRing<String>(capacity: 3)
        for index in 0..<6 { #expect(ring.push("\(index)") == (index < 4)) }
        #expect(ring.dropped.current == 2)
        #expect(ring.count == 4)
        #expect((0..<4).map { _ in ring.pop() } == ["0", "1", "2", "3"])
        #expect(ring.pop() == nil)
        #expect(ring.push("again") && ring.pop() == "again")
    }

    @Test func elements_are_released_with_the_ring() {
        final class Thing: Sendable {}
        weak var seen: Thing?
        do {
            let ring = LoopRing<Thing>(capacity: 2)
            let thing = Thing()
            seen = thing
            ring.push(thing)
        }
        #expect(seen == nil)
    }

    @Test func one_thread_to_another_loses_nothing_and_keeps_the_order() async {
        let ring = LoopRing<[Int]>(capacity: 64)
        let count = 50_000
        async let written: Int = Task.detached {
            var refused = 0
            for index in 0..<count {
                while !ring.push([index]) {
                    refused += 1
                    sched_yield()
                }
            }
            return refused
        }.value
        let isInOrder = await Task.detached {
            var next = 0
            while next < count {
                guard let element = ring.pop() else {
                    sched_yield()
                    continue
                }
                if element != [next] { return false }
                next += 1
            }
            return true
        }.value
        #expect(isInOrder)
        #expect(await written == Int(ring.dropped.current))
    }

    @Test func a_rate_is_held_and_a_seconds_worth_saved() {
        func taken(_ limit: inout RateLimit, of count: Int, at milliseconds: UInt64) -> Int {
            (0..<count).reduce(0) { sum, _ in
                sum + (limit.take(at: milliseconds * 1_000_000) ? 1 : 0)
            }
        }
        var limit = RateLimit(perSecond: 10)
        let held = [5000, 5500, 100_000].map { taken(&limit, of: 50, at: $0) }
        #expect(held == [10, 5, 10])
        var slow = RateLimit(perSecond: 0.5)
        let rare = [10_000, 11_000, 12_000].map { taken(&slow, of: 5, at: $0) }
        #expect(rare == [1, 0, 1])
        var free = RateLimit(perSecond: 0)
        let all = taken(&free, of: 1000, at: 1)
        #expect(all == 1000)
    }
}
