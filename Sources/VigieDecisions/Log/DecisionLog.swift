import Synchronization
import VigieRegistry
import VigieTelemetry
import VigieTransport

/// Records decisions: loops leave them in lanes, one thread makes records of them, and one thread a
/// sink writes these.
///
///     let log = try DecisionLog(options) { line in … }
///     let lane = log.makeLane()                    // one a loop
///     let version = log.register(model)            // one a version
///     lane.add(facts, waiter: …) { parts in … }
///     log.stop()
package final class DecisionLog: Sendable {
    /// Why decisions were lost.
    package enum Loss: Int, CaseIterable, Sendable {
        /// As many waited as may.
        case queue
        /// A sink could not write them.
        case sink

        var label: String { self == .queue ? "queue_full" : "sink_failed" }
    }

    package let options: DecisionLogOptions
    private let lanes = Mutex<[DecisionLane]>([])
    private let versions = Mutex<[UInt32: DecisionVersion]>([:])
    private let sinks: [SinkWriter]
    private let report: @Sendable (String) -> Void
    private let bell: Doorbell
    private let thread = Mutex<WorkThread?>(nil)
    private let isStopped = Atomic<Bool>(false)
    private let isSleeping = Atomic<Bool>(false)
    /// Bytes of drafts that no sink is done with.
    private let waiting = Atomic<Int>(0)
    private let lostBy = Mutex([UInt64](repeating: 0, count: Loss.allCases.count))
    let recorded = Atomic<UInt64>(0)
    /// What drafts wait for to be looked at when nobody waits for them.
    private static let tick = Duration.milliseconds(50)

    /// Opens all sinks, which go on with the chains that they hold.
    /// - Parameter report: told of what people should know.
    package init(
        _ options: DecisionLogOptions, report: @escaping @Sendable (String) -> Void
    ) throws(DecisionError) {
        self.options = options
        self.report = report
        do { bell = try Doorbell() } catch { throw DecisionError("\(error)") }
        var sinks: [SinkWriter] = []
        for location in options.sinks {
            sinks.append(try SinkWriter(location, options, report))
        }
        self.sinks = sinks
        for sink in sinks { try sink.start(self) }
        guard let thread = WorkThread(name: "vigie-decide", { self.run() }) else {
            throw DecisionError("the machine gives no thread")
        }
        self.thread.withLock { $0 = thread }
    }

    package func makeLane() -> DecisionLane {
        let lane = DecisionLane(self)
        lanes.withLock { $0.append(lane) }
        return lane
    }

    /// What records repeat of a version; nil when its decisions are not recorded.
    package func register(_ model: LoadedModel) -> DecisionVersion? {
        let mode = model.manifest.decisionLog.mode ?? options.mode
        guard mode != .off, !sinks.isEmpty else { return nil }
        return versions.withLock { versions in
            let number = UInt32(versions.count)
            let version = DecisionVersion(model, number: number, mode: mode)
            versions[number] = version
            return version
        }
    }

    /// Whether another decision may be left.
    var hasRoom: Bool { waiting.load(ordering: .relaxed) < options.queueBytesMax }

    /// Why a decision that must be recorded could not be, as far as is known now; nil: it may well.
    package var obstacle: String? {
        guard hasRoom else { return "more decisions wait to be recorded than may" }
        return sinks.lazy.compactMap(\.obstacle).first
    }

    func added(_ bytes: Int, mustWake: Bool) {
        waiting.add(bytes, ordering: .relaxed)
        if mustWake, isSleeping.exchange(false, ordering: .acquiringAndReleasing) { bell.ring() }
    }

    func lost(_ loss: Loss, _ count: Int) {
        lostBy.withLock { $0[loss.rawValue] += UInt64(count) }
    }

    func done(_ batch: DecisionBatch) { waiting.subtract(batch.draftBytes, ordering: .relaxed) }

    /// Writes what waits and ends all threads.
    package func stop() {
        isStopped.store(true, ordering: .releasing)
        bell.ring()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
        for sink in sinks { sink.stop(self) }
        let lost = lostBy.withLock { $0.reduce(0, +) }
        if lost > 0 { report("\(lost) decisions were not recorded since the start") }
    }

    // MARK: The thread that makes records

    private func run() {
        var writer = RecordWriter()
        var spare = DecisionLane.State()
        while true {
            watchSinks()
            let isLast = isStopped.load(ordering: .acquiring)
            let hasSome = drain(&writer, &spare)
            if hasSome { continue }
            if isLast { return }
            isSleeping.store(true, ordering: .sequentiallyConsistent)
            // What came while it fell asleep has not seen that.
            if drain(&writer, &spare) { continue }
            bell.wait(until: .now().advanced(by: Self.tick))
            isSleeping.store(false, ordering: .relaxed)
        }
    }

    /// Looks after sinks that do not return: a disk or a database that stands still.
    private func watchSinks() {
        let now = MonotonicTime.now()
        for sink in sinks { sink.watch(now, self) }
    }

    /// - Returns: whether there was anything.
    private func drain(
        _ writer: inout RecordWriter, _ spare: inout DecisionLane.State
    ) -> Bool {
        var hasSome = false
        for lane in lanes.withLock({ $0 }) {
            // The lane goes on with memory that has been filled before.
            lane.state.withLock { state in if state.count > 0 { swap(&state, &spare) } }
            guard spare.count > 0 else { continue }
            hasSome = true
            let batch = encode(spare, &writer)
            spare.clear()
            for sink in sinks { sink.submit(batch) }
        }
        return hasSome
    }

    private func encode(_ state: DecisionLane.State, _ writer: inout RecordWriter)
        -> DecisionBatch
    {
        var json = JSONBytes()
        var sides = JSONBytes()
        var records: [DecisionBatch.Record] = []
        records.reserveCapacity(state.count)
        let drafts = state.drafts.bytes
        var reader = DraftReader(drafts[...])
        while !reader.isAtEnd {
            var draft = DraftReader(reader.part())
            let facts = draft.take(MemoryLayout<DecisionFacts>.size).withUnsafeBytes {
                $0.loadUnaligned(as: DecisionFacts.self)
            }
            guard let version = versions.withLock({ $0[facts.version] }) else { continue }
            let start = json.count
            let side = sides.count
            json.restart()
            sides.restart()
            let columns = writer.write(
                facts, draft.bytes[draft.position...], version, to: &json, side: &sides)
            records.append(
                .init(record: start..<json.count, side: side..<sides.count, columns: columns))
        }
        return DecisionBatch(
            bytes: json.bytes, sides: sides.bytes, records: records, waiters: state.waiters,
            draftBytes: drafts.count, sinks: sinks.count)
    }
}

extension DecisionLog: MetricSource {
    package func metricFamilies() -> [MetricFamily] {
        let lost = lostBy.withLock { $0 }
        return [
            MetricFamily(
                .counter, "vigie_decisions_recorded",
                help: "Decisions written, by all sinks together.",
                metrics: [Metric(recorded.load(ordering: .relaxed))]),
            MetricFamily(
                .counter, "vigie_decisions_lost", help: "Decisions that a sink did not record.",
                metrics: Loss.allCases.map {
                    Metric(lost[$0.rawValue], [MetricLabel("reason", $0.label)])
                }),
            MetricFamily(
                .gauge, "vigie_decisions_waiting_bytes", unit: "bytes",
                help: "Decisions that wait to be recorded.",
                metrics: [Metric(Double(waiting.load(ordering: .relaxed)))]),
        ]
    }
}
