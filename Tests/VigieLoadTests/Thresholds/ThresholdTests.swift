import Testing

@testable import VigieLoad

/// A run of 1,000 requests in 2 s: version 1 answers 990 in 1 … 990 µs, version 2 fails 10.
private func result() -> RunResult {
    var recorder = Recorder()
    let one = recorder.group(GroupKey(method: "ModelInfer", model: "m", version: "1", arm: ""))
    for microseconds in 1...990 {
        recorder.answered(
            group: one, latency: UInt64(microseconds) * 1000, uncorrected: 500_000,
            isRight: microseconds > 3, bytes: 1)
        recorder.sent(late: 2000, wasBlocked: false, bytes: 1)
    }
    let two = recorder.group(GroupKey(method: "ModelInfer", model: "m", version: "2", arm: ""))
    recorder.failed(group: two, .status(.unavailable), count: 8)
    recorder.failed(group: two, .reset, count: 2)
    var result = RunResult.nothing
    result.recorder = recorder
    result.seconds = 2
    result.plannedSeconds = 2
    return result
}

@Suite struct ThresholdTests {
    @Test(arguments: [
        ("p99<1ms", true), ("p50 <= 0.496ms", true), ("p50<400us", false),
        ("raw.p99 < 501us", true), ("raw.max<=0.4ms", false), ("lag.p99<3us", true),
        ("mean < 1s", true), ("max<2ms", true),
        ("errors<=1%", true), ("errors<0.01", false), ("errors == 1%", true),
        ("errors{status=UNAVAILABLE}<0.81%", true), ("failed{status=stream reset}==2", true),
        ("errors{version=1}==0", true), ("errors{version=2}>0.99", true),
        ("rate>=495/s", true), ("rate > 0.5k", false), ("ok==990", true), ("wrong==3", true),
        ("wrong{version = 2} == 0", true), ("failed!=10", false), ("sent >= 495", true),
        ("p99{version=1, method=ModelInfer}<1ms", true),
    ])
    func a_demand_holds_or_does_not(text: String, holds: Bool) throws {
        let outcome = try Threshold(text).check(result())
        #expect(outcome.holds == holds, "\(outcome.description)")
    }

    @Test func what_was_not_measured_does_not_hold() throws {
        #expect(try !Threshold("p99{version=7}<1h").check(result()).holds)
        #expect(try !Threshold("p99<1h").check(.nothing).holds)
        #expect(try !Threshold("errors==0").check(.nothing).holds)
    }

    @Test(arguments: [
        ("", 1, "expected a metric"), ("p99", 4, "expected one of < <="),
        ("p99<", 5, "expected a value"),
        ("p99<5", 5, "no time with a unit"), ("p99 < 5 parsec", 7, "no time with a unit"),
        ("p100<1s", 1, "between 0 and 100"), ("q99<1s", 1, "'q99' is no metric"),
        ("errors<7", 8, "no share"), ("errors<101%", 8, "no share"),
        ("rate=>5", 5, "expected one of"),
        ("p99{colour=red}<1s", 5, "'colour' is no label"),
        ("p99{version=1,version=2}<1s", 15, "comes twice"),
        ("p99{version}<1s", 12, "expected '='"), ("p99{version=1<1s", 17, "expected ',' or '}'"),
        ("p99{status=OK}<1s", 5, "goes with 'errors'"), ("lag.p99{version=1}<1s", 1, "no labels"),
        ("errors{status=BOGUS}==0", 15, "'BOGUS' is no status"),
        ("rate>=-5", 7, "0 or more"), ("  wrong = 0", 9, "expected one of"),
    ])
    func a_bad_demand_is_refused_with_its_column(text: String, column: Int, message: String) {
        do {
            _ = try Threshold(text)
            Issue.record("'\(text)' was taken")
        } catch {
            #expect(error.description.contains("column \(column):"), "\(error)")
            #expect(error.description.contains(message), "\(error)")
        }
    }
}
