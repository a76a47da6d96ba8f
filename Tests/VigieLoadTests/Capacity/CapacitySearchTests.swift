import Glibc
import Testing

@testable import VigieLoad

/// Lets a search run against a server of which everything is known.
private func run(
    _ search: CapacitySearch, server: (Double) -> CapacitySearch.Measurement
) -> (CapacitySearch.Finding, CapacitySearch) {
    var search = search
    while true {
        switch search.next {
        case .attempt(let rate): search.took(server(rate))
        case .finished(let finding): return (finding, search)
        }
    }
}

/// A queue with one server: M/M/1's 99th percentile is ln(100) / (µ - λ).
private func queue(_ capacity: Double) -> (Double) -> CapacitySearch.Measurement {
    { rate in
        let left = capacity - rate
        return .init(
            asked: rate, rate: min(rate, capacity),
            latency: left > 0 ? log(100) / left * 1e9 : 10e9,
            median: left > 0 ? log(2) / left * 1e9 : 5e9, errors: 0)
    }
}

@Suite struct CapacitySearchTests {
    private let promise = CapacitySearch.Promise(latencyMax: 10e6, errorsMax: 0.001)

    @Test(arguments: [300.0, 1000, 17_000, 250_000])
    func the_knee_of_a_queue_is_found_to_the_resolution(start: Double) {
        // p99 is 10 ms at µ - λ = ln(100)/0.01 = 460.5: the knee is at 19,539.
        let (finding, search) = run(CapacitySearch(promise, start: start), server: queue(20_000))
        let knee = 20_000 - log(100) / 0.01
        #expect(finding.capacity <= knee && finding.capacity >= knee / 1.06)
        #expect(finding.reason.contains("p99 was") && !finding.isLowerBound)
        #expect(search.steps.count < 30)
    }

    @Test func a_server_that_sheds_is_limited_by_its_errors() {
        let (finding, _) = run(CapacitySearch(promise, start: 100)) { rate in
            .init(
                asked: rate, rate: min(rate, 5000), latency: 1e6, median: 1e6,
                errors: max(0, 1 - 5000 / rate))
        }
        #expect(finding.capacity <= 5010 && finding.capacity > 4700)
        #expect(finding.reason.contains("errors were"))
    }

    @Test func a_generator_that_cannot_keep_up_gives_a_lower_bound() {
        let (finding, _) = run(CapacitySearch(promise, start: 100)) { rate in
            .init(
                asked: rate, rate: rate, latency: 1e6, median: 1e6, errors: 0,
                generatorWasLate: rate > 3000)
        }
        #expect(finding.isLowerBound && finding.capacity <= 3000 && finding.capacity > 2800)
        #expect(finding.reason.contains("the generator itself"))
    }

    @Test func a_server_that_never_keeps_it_has_no_capacity() {
        let (finding, search) = run(CapacitySearch(promise, start: 1000)) { rate in
            .init(asked: rate, rate: rate, latency: 50e6, median: 50e6, errors: 0)
        }
        #expect(finding.capacity == 0 && finding.reason.contains("even at"))
        #expect(search.steps.count < 24)
    }

    @Test func a_wrong_answer_breaks_the_promise() {
        let (finding, _) = run(CapacitySearch(promise, start: 10)) { rate in
            .init(
                asked: rate, rate: rate, latency: 1e6, median: 1e6, errors: 0,
                wrong: rate > 100 ? 2 : 0)
        }
        #expect(finding.capacity <= 100 && finding.reason.contains("answers were wrong"))
    }

    @Test func a_bad_moment_is_not_taken_for_the_knee() {
        // Every fourth try goes wrong for reasons of the machine's.
        var tries = 0
        let server = queue(20_000)
        let (finding, _) = run(CapacitySearch(promise, start: 1000)) { rate in
            tries += 1
            var measured = server(rate)
            if tries % 4 == 0 { measured.latency = 50e6 }
            return measured
        }
        #expect(finding.capacity > 18_000 && finding.capacity < 19_540)
    }

    @Test func no_rate_over_the_highest_is_tried() {
        let (finding, search) = run(
            CapacitySearch(promise, start: 100, highest: 450), server: queue(1e9))
        #expect(finding.capacity == 450 && finding.isLowerBound)
        #expect(search.steps.map(\.measurement.asked) == [100, 200, 400, 450])
    }
}
