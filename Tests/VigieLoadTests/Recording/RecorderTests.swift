import Testing

@testable import VigieLoad

@Suite struct RecorderTests {
    private func key(_ version: String, slow: Bool = false) -> GroupKey {
        GroupKey(method: "ModelInfer", model: "m", version: version, arm: "", isSlow: slow)
    }

    @Test func two_workers_add_up_to_one() {
        var left = Recorder()
        var right = Recorder()
        let first = left.group(key("1"))
        left.answered(group: first, latency: 1000, uncorrected: 900, isRight: true, bytes: 10)
        left.sent(late: 5, wasBlocked: false, bytes: 7)
        let other = right.group(key("2"))
        let same = right.group(key("1"))
        right.answered(group: same, latency: 3000, uncorrected: 2900, isRight: false, bytes: 10)
        right.failed(group: other, .status(.unavailable))
        left.add(right)
        #expect(left.groups.map(\.key.version) == ["1", "2"])
        #expect(left.groups[0].latency.count == 2 && left.groups[0].wrong == 1)
        #expect(left.groups[1].outcomes.named.map(\.name) == ["UNAVAILABLE"])
        #expect(left.bytesReceived == 20 && left.bytesSent == 7 && left.sent == 1)
    }

    @Test func an_interval_holds_what_happened_since_the_last_and_no_more() {
        var recorder = Recorder()
        let group = recorder.group(key("3"))
        recorder.answered(group: group, latency: 5000, uncorrected: 5000, isRight: true, bytes: 1)
        recorder.failed(group: group, .reset)
        let first = recorder.takeInterval(end: 1, seconds: 1, inFlight: 4, backlogSeconds: 0)
        #expect(first.ok == 1 && first.outcomes.failed == 1 && first.inFlight == 4)
        #expect(first.versions == ["3": 1])
        let second = recorder.takeInterval(end: 2, seconds: 1, inFlight: 0, backlogSeconds: 0)
        #expect(second.ok == 0 && second.outcomes.total == 0 && second.versions.isEmpty)
        #expect(second.latency.count == 0)
        #expect(recorder.groups[0].outcomes.total == 2)
    }

    @Test func slow_readers_do_not_count_into_what_callers_see() {
        var recorder = Recorder()
        let slow = recorder.group(key("1", slow: true))
        recorder.answered(group: slow, latency: 1_000_000, uncorrected: 1, isRight: true, bytes: 1)
        let interval = recorder.takeInterval(end: 1, seconds: 1, inFlight: 0, backlogSeconds: 0)
        #expect(interval.latency.count == 0)
        var result = RunResult.nothing
        result.recorder = recorder
        #expect(result.latency.count == 0 && result.ok == 1)
    }

    @Test func a_server_that_makes_up_versions_does_not_fill_the_memory() {
        var recorder = Recorder()
        for version in 0..<1000 {
            recorder.failed(group: recorder.group(key("\(version)")), .reset)
        }
        #expect(recorder.groups.count == Recorder.groupsMax + 1)
        #expect(recorder.groups.reduce(0) { $0 + $1.outcomes.total } == 1000)
    }

    @Test func times_over_an_hour_count_as_an_hour() {
        var times = LatencyHistogram()
        times.record(.max)
        #expect(times.count == 1 && times.max == LatencyHistogram.longest)
        #expect(times.percentile(50) == LatencyHistogram.longest)
    }
}
