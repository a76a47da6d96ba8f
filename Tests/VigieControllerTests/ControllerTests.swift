import HTTPTestKit
import Synchronization
import Testing
import VigieEngine
import VigieHTTP
import VigieKubernetes
import VigieRollouts
import VigieTelemetry

@testable import VigieController

/// Rollouts in memory; everything that is written and told is kept.
private final class MemoryStore: RolloutStore {
    var objects: [JSONValue] = []
    var failure: StoreError?
    var refusesWrites: StoreError?
    private(set) var written: [RolloutStatus] = []
    private(set) var told: [RolloutNews] = []

    func rollouts() throws(StoreError) -> [StoredRollout] {
        if let failure { throw failure }
        return objects.map { StoredRollout($0) }
    }

    func write(_ status: RolloutStatus, of rollout: StoredRollout) throws(StoreError) {
        if let refusesWrites { throw refusesWrites }
        written.append(status)
        objects = objects.map {
            $0.objectName == rollout.metadata.name ? $0.setting("status", status.json) : $0
        }
    }

    func tell(_ news: RolloutNews, of rollout: StoredRollout) { told.append(news) }
}

private struct Lead: Leadership {
    let flag = Shared(true)
    final class Shared: Sendable {
        let value: Mutex<Bool>
        init(_ value: Bool) { self.value = Mutex(value) }
    }
    var isLeader: Bool { flag.value.withLock { $0 } }
    func set(_ value: Bool) { flag.value.withLock { $0 = value } }
}

/// One pod of a script, and a controller that looks at it.
private final class Bench {
    let store = MemoryStore()
    let lead = Lead()
    let counts: ControllerCounts
    var told: [ControllerNews] = []
    private let servers: [ScriptedServer]
    private(set) var controller: Controller!
    var now = WallTime(milliseconds: 1_800_000_000_000)

    /// Nobody here is slow: what takes long waits for a processor, which all tests at once share, and must
    /// not count as a pod that does not answer.
    init(pods answers: [String?], finder: (any PodFinder)? = nil) {
        servers = answers.map { answer in
            ScriptedServer { _ in
                answer.map {
                    // Closed, since the server serves one connection after the other.
                    "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                        + "Content-Length: \($0.utf8.count)\r\n\r\n\($0)"
                }
            }
        }
        counts = ControllerCounts(lead)
        let cancellation = HTTPCancellation()
        let places = servers.enumerated().map { PodPlace(name: "pod-\($0)", url: $1.url) }
        controller = Controller(
            Controller.Parts(
                store: store, finder: finder ?? NamedPods(places),
                scraper: PodScraper(
                    trust: HTTPTrust(), credentials: Credentials(token: "0123456789abcdef"),
                    timeout: .seconds(300),
                    agent: "test", cancellation),
                prometheus: PrometheusClient(
                    address: nil, timeout: .seconds(1), agent: "test", cancellation),
                leadership: lead),
            interval: .seconds(2), counts: counts, clock: { [unowned self] in now },
            report: { [unowned self] in told.append($0) })
    }

    func stop() { for server in servers { server.stop() } }

    var requests: [String] { servers.flatMap(\.requests) }

    static func rollout(_ spec: String = "", name: String = "fraud") throws -> JSONValue {
        try JSONParser.parse(
            """
            {"apiVersion":"vigie.dev/v1alpha1","kind":"ModelRollout",
             "metadata":{"name":"\(name)","namespace":"scoring","generation":3,"uid":"u"},
             "spec":{"model":"fraud-score","stable":{"version":1}\(spec)}}
            """)
    }

    static func report(loaded: String) -> String {
        """
        {"pod":"p","rollouts":[{"name":"fraud","model":"fraud-score","generation":3,
         "stepIndex":0,"loaded":{\(loaded)}}]}
        """
    }
}

@Suite struct ControllerTests {
    private let canary =
        #","canary":{"version":2},"strategy":{"steps":[{"weight":500,"minimumRequests":10}]}"#

    @Test func a_canary_waits_until_every_pod_has_loaded_it() throws {
        let bench = Bench(pods: [
            Bench.report(loaded: #""1":1,"2":1"#), Bench.report(loaded: #""1":1"#),
        ])
        defer { bench.stop() }
        bench.store.objects = [try Bench.rollout(canary)]
        for _ in 0..<3 { _ = bench.controller.round() }
        let status = try #require(bench.store.written.last)
        #expect(status.phase == .loading)
        #expect(status.message.contains("pod-1"))
        #expect(status.pods.total == 2)
        #expect(bench.store.told.map(\.reason).contains("CanaryStarted"))
    }

    @Test func a_canary_that_all_have_loaded_gets_its_first_step() throws {
        let bench = Bench(pods: [Bench.report(loaded: #""1":1,"2":1"#)])
        defer { bench.stop() }
        bench.store.objects = [try Bench.rollout(canary)]
        for _ in 0..<3 { _ = bench.controller.round() }
        #expect(bench.store.written.last?.weight == 500)
        #expect(bench.requests.allSatisfy { $0.contains("Bearer 0123456789abcdef") })
        #expect(bench.requests.allSatisfy { $0.hasPrefix("GET /rollouts HTTP/1.1") })
    }

    @Test func a_look_that_changes_nothing_writes_nothing() throws {
        let bench = Bench(pods: [Bench.report(loaded: #""1":1,"2":1"#)])
        defer { bench.stop() }
        bench.store.objects = [try Bench.rollout(canary)]
        for _ in 0..<3 { _ = bench.controller.round() }
        let (writes, events) = (bench.store.written.count, bench.store.told.count)
        for _ in 0..<3 { _ = bench.controller.round() }
        #expect(bench.store.written.count == writes)
        #expect(bench.store.told.count == events)
    }

    @Test func who_does_not_lead_asks_nobody_and_writes_nothing() throws {
        let bench = Bench(pods: [Bench.report(loaded: #""1":1"#)])
        defer { bench.stop() }
        bench.store.objects = [try Bench.rollout(canary)]
        bench.lead.set(false)
        _ = bench.controller.round()
        #expect(bench.store.written.isEmpty && bench.requests.isEmpty)
    }

    @Test func what_is_not_written_is_not_told() throws {
        let bench = Bench(pods: [Bench.report(loaded: #""1":1"#)])
        defer { bench.stop() }
        bench.store.objects = [try Bench.rollout(canary)]
        bench.store.refusesWrites = StoreError("it has changed", isConflict: true)
        let pause = bench.controller.round()
        #expect(bench.store.told.isEmpty)
        #expect(pause < .seconds(1), "it looks again soon")
        bench.store.refusesWrites = nil
        _ = bench.controller.round()
        #expect(bench.store.told.count(where: { $0.reason == "CanaryStarted" }) == 1)
    }

    @Test func not_to_know_the_pods_is_not_to_have_none() throws {
        struct Lost: PodFinder {
            func pods() throws(KubernetesError) -> [PodPlace] {
                throw KubernetesError(.forbidden, "pods is forbidden")
            }
        }
        let bench = Bench(pods: [], finder: Lost())
        bench.store.objects = [try Bench.rollout(canary)]
        _ = bench.controller.round()
        _ = bench.controller.round()
        // Nothing is decided; that people see, once.
        #expect(bench.store.written.count == 1)
        let status = try #require(bench.store.written.first)
        #expect(status.phase == .idle && status.canaryVersion == nil)
        #expect(status.condition(.degraded)?.reason == "PodsUnknown")
        #expect(status.condition(.degraded)?.message.hasSuffix("pods is forbidden") == true)
        #expect(bench.store.told.map(\.reason) == ["PodsUnknown"])
        #expect(bench.told.first?.text == "pods: pods is forbidden")
        #expect(bench.told.count == 2, "it is told once")
    }

    @Test(arguments: [nil, "nonsense", "{}", #"{"rollouts":3}"#] as [String?])
    func a_pod_that_answers_nonsense_holds_the_rollout_and_ends_nothing(answer: String?) throws {
        let bench = Bench(pods: [Bench.report(loaded: #""1":1,"2":1"#), answer])
        defer { bench.stop() }
        bench.store.objects = [try Bench.rollout(canary)]
        for _ in 0..<3 { _ = bench.controller.round() }
        #expect(bench.told.contains { $0.text.hasPrefix("pod pod-1: ") && $0.level == .warning })
        #expect(bench.store.written.last?.pods.total == 2)
        #expect(bench.store.written.last?.pods.ready == 1)
    }

    @Test func an_object_that_is_no_rollout_is_refused_once_and_the_others_go_on() throws {
        let bench = Bench(pods: [Bench.report(loaded: #""1":1,"2":1"#)])
        defer { bench.stop() }
        bench.store.objects = [
            try Bench.rollout(#","canary":{"version":1}"#, name: "wrong"),
            try Bench.rollout(canary),
        ]
        for _ in 0..<3 { _ = bench.controller.round() }
        let refusals = bench.store.told.filter { $0.reason == "Refused" }
        #expect(refusals.count == 1)
        #expect(refusals.first?.message.contains("spec.canary.version must differ") == true)
        let status = RolloutStatus(reading: try #require(bench.store.objects[0]["status"]))
        let degraded = status.condition(.degraded)
        #expect(degraded?.status == .yes && degraded?.reason == "Refused")
        #expect(degraded?.message.contains("must differ from stable.version") == true)
        #expect(bench.store.objects[1]["status"]?["weight"]?.integer == 500)
    }

    @Test func of_two_rollouts_of_a_model_the_older_goes_on_and_the_other_is_told_why() throws {
        let bench = Bench(pods: [Bench.report(loaded: #""1":1,"2":1"#)])
        defer { bench.stop() }
        func made(_ name: String, _ time: String) throws -> JSONValue {
            let object = try Bench.rollout(canary, name: name)
            let metadata = try #require(object["metadata"])
            return object.setting("metadata", metadata.setting("creationTimestamp", .string(time)))
        }
        bench.store.objects = [
            try made("another", "2026-11-26T13:00:01Z"), try made("fraud", "2026-11-26T13:00:00Z"),
        ]
        for _ in 0..<3 { _ = bench.controller.round() }
        let refused = RolloutStatus(reading: try #require(bench.store.objects[0]["status"]))
        let degraded = refused.condition(.degraded)
        #expect(degraded?.status == .yes && degraded?.reason == "Refused")
        #expect(
            degraded?.message.contains("'fraud-score' has a ModelRollout already: 'fraud'") == true)
        #expect(bench.store.told.count { $0.reason == "Refused" } == 1)
        #expect(bench.store.objects[1]["status"]?["weight"]?.integer == 500)
        // It has its turn when the other one is gone.
        bench.store.objects.removeLast()
        _ = bench.controller.round()
        let status = RolloutStatus(reading: try #require(bench.store.objects[0]["status"]))
        #expect(status.phase == .loading)
        #expect(status.condition(.degraded)?.reason != "Refused")
    }

    @Test func a_model_that_is_changed_is_refused_and_nothing_is_promoted_by_it() throws {
        let bench = Bench(pods: [Bench.report(loaded: #""1":1,"2":1"#)])
        defer { bench.stop() }
        bench.store.objects = [try Bench.rollout(canary)]
        for _ in 0..<3 { _ = bench.controller.round() }
        let status = try #require(bench.store.objects[0]["status"])
        #expect(status["model"]?.string == "fraud-score")
        let spec = try #require(bench.store.objects[0]["spec"])
        bench.store.objects[0] = bench.store.objects[0].setting(
            "spec", spec.setting("model", .string("credit")))
        _ = bench.controller.round()
        let refusal = bench.store.told.last
        #expect(refusal?.reason == "Refused")
        #expect(refusal?.message.contains("spec.model must not change") == true)
        #expect(bench.store.objects[0]["status"]?["weight"] == status["weight"])
    }

    @Test func the_rollouts_that_cannot_be_read_are_told_of_and_nothing_is_done() throws {
        let bench = Bench(pods: [Bench.report(loaded: "")])
        defer { bench.stop() }
        bench.store.failure = StoreError("the API server is gone")
        for _ in 0..<3 { _ = bench.controller.round() }
        #expect(bench.told.map(\.text) == ["rollouts: the API server is gone"])
        bench.store.failure = nil
        _ = bench.controller.round()
        #expect(bench.told.last?.text == "rollouts: well again")
    }

    @Test func it_reports_what_it_has_done() throws {
        let bench = Bench(pods: [Bench.report(loaded: #""1":1,"2":1"#), nil])
        defer { bench.stop() }
        bench.store.objects = [try Bench.rollout(canary)]
        for _ in 0..<2 { _ = bench.controller.round() }
        func value(_ name: String, _ label: String? = nil) -> Double? {
            let family = bench.counts.metricFamilies().first { $0.name == name }
            let metric = family?.metrics.first {
                label == nil || $0.labels.first?.value == label
            }
            guard case .number(let number) = metric?.value else { return nil }
            return number
        }
        #expect(value("vigie_controller_leader") == 1)
        #expect(value("vigie_controller_pods") == 2)
        #expect(value("vigie_controller_scrapes", "ok") == 2)
        #expect(value("vigie_controller_scrapes", "failed") == 2)
        #expect(value("vigie_controller_rounds") == 2)
    }
}
