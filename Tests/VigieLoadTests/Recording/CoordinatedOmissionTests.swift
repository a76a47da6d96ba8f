import Histogram
import Testing

@testable import VigieLoad

/// A run in simulated time: a pacer, so many streams, and a server that takes a set time for each
/// request but for one stall, in which it answers nothing.
private struct StallSimulation {
    let streams: Int
    let service: UInt64 = 1_000_000
    let stall: Range<UInt64>
    var recorder = Recorder()

    init(streams: Int, stall: Range<UInt64>) {
        self.streams = streams
        self.stall = stall
    }

    /// When a request that is sent at `time` is answered.
    func answer(_ time: UInt64) -> UInt64 {
        let end = time + service
        return stall.contains(time) || stall.contains(end) ? stall.upperBound + service : end
    }

    mutating func run(_ schedule: ArrivalSchedule) {
        let group = recorder.group(GroupKey(method: "m", model: "", version: "", arm: ""))
        var pacer = Pacer(schedule)
        var underWay: [(end: UInt64, intended: UInt64, sent: UInt64)] = []
        while let next = [pacer.nextOffset, underWay.map(\.end).min()].compactMap({ $0 }).min() {
            // Time stands at the next thing that happens, never before an arrival that waits.
            let now = underWay.count < streams ? next : underWay.map(\.end).min() ?? next
            for done in underWay where done.end <= now {
                recorder.answered(
                    group: group, latency: done.end - done.intended,
                    uncorrected: done.end - done.sent, isRight: true, bytes: 0)
            }
            underWay.removeAll { $0.end <= now }
            if underWay.count < streams { pacer.hasRoom(now: now) }
            while underWay.count < streams, let due = pacer.take(now: now) {
                recorder.sent(late: now - due.intended, wasBlocked: due.wasBlocked, bytes: 0)
                underWay.append((answer(now), due.intended, now))
            }
            if underWay.count == streams { pacer.noRoom() }
        }
    }
}

@Suite struct CoordinatedOmissionTests {
    static let second: UInt64 = 1_000_000_000

    @Test func a_server_that_stops_for_a_second_shows_in_p99_though_few_streams_hide_it() {
        // 1,000 a second for 10 s over 4 streams; stopped from 5 s to 6 s.
        var run = StallSimulation(streams: 4, stall: 5 * Self.second..<6 * Self.second)
        run.run(ArrivalSchedule(.constant(1000, seconds: 10)))
        let group = run.recorder.groups[0]
        #expect(group.latency.count == 10_000)
        // Only the four that were under way waited by the uncorrected measure.
        #expect(group.uncorrected.percentile(99) < 2 * Self.second / 1000)
        #expect(group.uncorrected.max > 990 * Self.second / 1000)
        // By hand: requests due in the stall wait for its end, then the backlog drains at four a
        // millisecond while one arrives: 10 % of the requests wait up to a second.
        #expect(group.latency.percentile(99) > 890 * Self.second / 1000)
        #expect(group.latency.percentile(90) < 340 * Self.second / 1000)
        #expect(group.latency.percentile(50) < 2 * Self.second / 1000)
        // It was the server's fault, not the generator's.
        #expect(run.recorder.lag.max < 2_000)
        #expect(run.recorder.blocked.count > 900)
    }

    @Test func the_corrected_histogram_is_the_one_that_is_computed_by_hand() {
        // With a stream for each request nothing waits here: latency is exactly what the formula says.
        let stall = 5 * Self.second..<6 * Self.second
        var run = StallSimulation(streams: 100_000, stall: stall)
        run.run(ArrivalSchedule(.constant(1000, seconds: 10)))
        var byHand = Histogram<UInt64>(
            lowestDiscernibleValue: LatencyHistogram.shortest,
            highestTrackableValue: LatencyHistogram.longest,
            numberOfSignificantValueDigits: .three)
        for index in 0..<10_000 {
            let due = UInt64(index) * 1_000_000
            let isHeld = stall.contains(due) || stall.contains(due + 1_000_000)
            _ = byHand.record(isHeld ? 6 * Self.second + 1_000_000 - due : 1_000_000)
        }
        let measured = run.recorder.groups[0].latency
        #expect(measured.counts == byHand)
        #expect(measured.percentile(99) == byHand.valueAtPercentile(99))
        #expect(measured.percentile(99) > 890 * Self.second / 1000)
    }

    @Test func a_closed_loop_is_corrected_as_HdrHistogram_does_it() {
        // 9,999 answers in 1 ms, and one that took a second: 999 more waits were omitted.
        var seen = LatencyHistogram()
        seen.record(1_000_000, count: 9_999)
        seen.record(1_000_000_000)
        var byHand = LatencyHistogram()
        byHand.record(1_000_000, count: 9_999)
        for waited in stride(from: UInt64(1_000_000_000), to: 0, by: -1_000_000) {
            byHand.record(waited)
        }
        let corrected = seen.corrected(interval: 1_000_000)
        #expect(corrected.count == byHand.count)
        #expect(seen.percentile(99) < 1_001_000)
        // Buckets are a thousandth wide; the first value of each stands for it here and there.
        let (left, right) = (corrected.percentile(99), byHand.percentile(99))
        #expect(abs(Double(left) / Double(right) - 1) < 0.003)
        #expect(left > 890_000_000)
    }
}
