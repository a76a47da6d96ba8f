import Glibc
import TestRandom
import Testing

@testable import VigieRegistry

/// The store's decisions by a clock of the test's own.
@Suite struct StoreCoreTests {
    private final class Report {
        var events: [StoreEvent] = []
        var publications = 0
    }

    private static func core(
        _ registry: TestRegistry, _ report: Report,
        _ change: (inout StoreOptions) -> Void = { _ in }
    ) -> StoreCore {
        var options = StoreOptions()
        change(&options)
        return StoreCore(
            loader: VersionLoader(FolderSource(registry.path)), options: options,
            publish: { if $0 { report.publications += 1 } },
            report: { report.events.append($0) })
    }

    @Test func a_half_written_version_is_tried_at_growing_intervals_until_it_settles() throws {
        let registry = TestRegistry()
        let report = Report()
        registry.put("{", "credit/1/manifest.json")
        let core = Self.core(registry, report)
        let start = ContinuousClock.now
        try core.start(now: start)
        var waits: [Duration] = []
        var now = start
        while let wakeAt = core.wakeAt, waits.count < 50 {
            waits.append(wakeAt - now)
            now = wakeAt
            core.look(now: now)
        }
        // 100 ms, doubled up to 2 s, until 10 s have passed since the file was written.
        let expected: [Duration] = [
            .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800),
            .milliseconds(1600), .seconds(2), .seconds(2), .seconds(2), .seconds(2),
        ]
        #expect(Array(waits.prefix(expected.count)) == expected)
        #expect(waits.count <= expected.count + 1)
        #expect(core.statuses()[0].state == .unavailable)
        #expect(report.events.count == 2, "waiting once, failed once: \(report.events)")
        // Nothing is tried again before something changes.
        core.look(now: now + .seconds(3600))
        #expect(core.wakeAt == nil && report.events.count == 2)
        registry.write("credit", 1)
        core.look(now: now + .seconds(3601))
        #expect(core.models["credit"]?.ready.map(\.version) == [1])
        #expect(report.publications == 2)
    }

    @Test func what_a_machine_could_not_read_is_tried_again_though_nothing_changes() {
        let registry = TestRegistry()
        let report = Report()
        registry.write("credit", 1)
        let core = Self.core(registry, report)
        let now = ContinuousClock.now
        var state = VersionState(stamp: VersionStamp(path: registry.path))
        // Long ago: it does not count as being written any more.
        state.changedAt = now - .seconds(60)
        for code in [EMFILE, EIO] {
            let error = FileError("open", "credit/1/manifest.json", code: code)
            for _ in 0..<3 {
                core.wait(&state, "credit", 1, VersionLoader.fileError(error), now: now)
            }
            #expect(state.retryAt == now + core.options.passingRetryInterval)
        }
        #expect(core.events.count == 2, "each is told once: \(core.events)")
        #expect(core.isDue(&state, "credit", 1, now: now + .seconds(10)))
        // A file that is not there comes with a change.
        state.retryAt = nil
        let missing = FileError("open", "credit/1/manifest.json", code: ENOENT)
        core.wait(&state, "credit", 1, VersionLoader.fileError(missing), now: now)
        #expect(state.retryAt == nil)
    }

    @Test func nothing_is_published_when_nothing_changed() throws {
        let registry = TestRegistry()
        let report = Report()
        registry.write("credit", 1)
        let core = Self.core(registry, report)
        let start = ContinuousClock.now
        try core.start(now: start)
        #expect(report.publications == 1)
        for second in 1...100 { core.look(now: start + .seconds(second)) }
        #expect(report.publications == 1 && core.wakeAt == nil)
    }

    @Test func a_removal_waits_for_its_grace() throws {
        let registry = TestRegistry()
        let report = Report()
        registry.write("credit", 1)
        registry.write("credit", 2)
        let core = Self.core(registry, report) { $0.removalGrace = .seconds(5) }
        let start = ContinuousClock.now
        try core.start(now: start)
        registry.remove("credit/2")
        core.look(now: start + .seconds(10))
        #expect(core.wakeAt == start + .seconds(15))
        #expect(core.models["credit"]?.ready.map(\.version) == [1, 2])
        core.look(now: start + .milliseconds(14_999))
        #expect(core.models["credit"]?.ready.map(\.version) == [1, 2])
        core.look(now: start + .seconds(15))
        #expect(core.models["credit"]?.ready.map(\.version) == [1])
    }

    @Test func thousand_random_steps_leave_what_the_folder_says() throws {
        // Publish, remove, break and mend versions at random; then the newest that load are served.
        for seed: UInt64 in [1, 2, 3] {
            var random = SplitMix(seed: seed)
            let registry = TestRegistry()
            let report = Report()
            let core = Self.core(registry, report) {
                $0.policies.standard = .latest(3)
                $0.removalGrace = .seconds(1)
            }
            var sound: Set<Int> = []
            var now = ContinuousClock.now
            try core.start(now: now)
            for _ in 0..<120 {
                let version = Int.random(in: 1...8, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0,
                    1 where !sound.contains(version):
                    registry.write("credit", version)
                    sound.insert(version)
                case 2:
                    registry.remove("credit/\(version)")
                    sound.remove(version)
                default:
                    guard !sound.contains(version) else { break }
                    registry.put("{\"flavor\": 1}", "credit/\(version)/manifest.json")
                }
                // Past every grace and retry.
                for _ in 0..<3 {
                    now += .seconds(20)
                    core.look(now: now)
                }
                let served = core.models["credit"]?.ready.map(\.version) ?? []
                #expect(served == sound.sorted().suffix(3), "seed \(seed)")
            }
        }
    }
}
