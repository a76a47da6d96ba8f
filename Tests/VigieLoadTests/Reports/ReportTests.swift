import Testing
import VigieEngine

@testable import VigieLoad

private func report(latency: UInt64 = 1_000_000, failures: UInt64 = 1) throws -> Report {
    var recorder = Recorder()
    let group = recorder.group(
        GroupKey(method: "ModelInfer", model: "<m>", version: "1", arm: "canary"))
    for _ in 0..<99 {
        recorder.sent(late: 1000, wasBlocked: false, bytes: 100)
        recorder.answered(
            group: group, latency: latency, uncorrected: latency / 2, isRight: true, bytes: 50)
    }
    recorder.failed(group: group, .status(.unavailable), count: failures)
    var result = RunResult.nothing
    result.intervals = [
        recorder.takeInterval(end: 1, seconds: 1, inFlight: 3, backlogSeconds: 0)
    ]
    result.recorder = recorder
    result.seconds = 1
    result.plannedSeconds = 1
    result.samples = [
        WrongAnswer(method: "ModelInfer", model: "<m>", version: "1", row: 5, reason: "a < b")
    ]
    return Report(
        started: 0, settings: [("target", "127.0.0.1:1")], result: result,
        asked: .constant(100, seconds: 1),
        thresholds: [try Threshold("p99<2ms").check(result)])
}

@Suite struct ReportTests {
    @Test func the_json_says_what_was_measured_in_seconds() throws {
        let json = try JSONParser.parse(try report().jsonText)
        #expect(json["schema"]?.integer == Report.schemaVersion)
        #expect(json["summary"]?["ok"]?.integer == 99)
        #expect(json["summary"]?["failed"]?.integer == 1)
        #expect(json["outcomes"]?["UNAVAILABLE"]?.integer == 1)
        let p99 = try #require(json["latency"]?["p99"]?.double)
        #expect(abs(p99 - 0.001) < 2e-6)
        #expect(json["groups"]?.array?[0]["arm"]?.string == "canary")
        #expect(json["intervals"]?.array?[0]["inFlight"]?.integer == 3)
        #expect(json["thresholds"]?.array?[0]["holds"]?.bool == true)
        #expect(json["histogram"]?.numbers?.last == 99)
    }

    @Test func the_page_escapes_what_a_server_says_and_loads_nothing() throws {
        let html = try report().html
        #expect(html.contains("&lt;m&gt;") && !html.contains("<m>"))
        #expect(html.contains("a &lt; b"))
        #expect(html.contains("<svg") && html.contains("<polyline") || html.contains("<circle"))
        for outside in ["http://", "https://", "<script", "@import", "url("] {
            #expect(!html.contains(outside))
        }
    }

    @Test func two_reports_are_compared_figure_by_figure() throws {
        let before = try report().jsonText
        let after = try report(latency: 1_300_000, failures: 3).jsonText
        let comparison = try ReportComparison(before: before, after: after)
        let worse = comparison.regressions(over: 0.1).map(\.name)
        #expect(worse.contains("p99") && worse.contains("errors") && !worse.contains("rate"))
        #expect(try ReportComparison(before: before, after: before).regressions(over: 0).isEmpty)
        #expect(try ReportComparison(before: after, after: before).regressions(over: 0).isEmpty)
        #expect(comparison.text.contains("worse"))
    }

    @Test func what_is_no_report_is_not_compared() throws {
        let good = try report().jsonText
        for bad in ["", "{}", "{\"tool\": \"vigie-load\", \"schema\": 99}"] {
            #expect((try? ReportComparison(before: good, after: bad)) == nil)
        }
    }

    @Test func numbers_are_written_for_people() {
        #expect(Quantity.grouped(1_234_567) == "1,234,567")
        #expect(Quantity.grouped(-1234.5, 1) == "-1,234.5")
        #expect(Quantity.grouped(999) == "999" && Quantity.fixed(0.05, 2) == "0.05")
        #expect(Quantity.time(nanoseconds: 1_234_567) == "1.23 ms")
    }
}
