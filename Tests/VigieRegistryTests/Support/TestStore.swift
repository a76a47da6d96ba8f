import Glibc
import Synchronization
import VigieEngine
import VigieRegistry

/// A store on a test's registry, with what it reported.
final class TestStore: Sendable {
    let store: ModelStore
    private let log: EventLog

    init(
        _ registry: TestRegistry, trust: TrustHolder = TrustHolder(),
        _ change: (inout StoreOptions) -> Void = { _ in }
    ) throws {
        var options = StoreOptions()
        options.pollInterval = .milliseconds(200)
        options.debounce = .milliseconds(5)
        options.debounceMax = .milliseconds(50)
        options.retryInterval = .milliseconds(20)
        options.removalGrace = .milliseconds(30)
        change(&options)
        let log = EventLog()
        self.log = log
        store = ModelStore(
            FolderSource(registry.path), options: options, trust: trust,
            onEvent: { log.add($0) })
        try store.start()
    }

    deinit { store.stop() }

    var events: [String] { log.lines }

    /// Looks again and again until it is so; false when it is not within ten seconds.
    func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while !condition() {
            if ContinuousClock.now > deadline { return false }
            usleep(2_000)
        }
        return true
    }

    /// The versions that can be served, ascending.
    func versions(_ name: String) -> [Int] {
        store.table.find(name)?.versions.map(\.version) ?? []
    }

    func status(_ name: String, _ version: Int) -> ModelStatus? {
        store.statuses().first { $0.name == name && $0.version == version }
    }

    /// The log-odds that the newest version gives.
    func score(_ name: String) throws -> Double? {
        guard let model = store.table.find(name)?.current else { return nil }
        let workspace = model.artifact.makeWorkspace()
        workspace.row = [40]
        return try model.artifact.score(workspace)
    }

    func load(_ name: String) -> RegistryError? { Self.waitFor { store.load(name, $0) } }
    func unload(_ name: String) -> RegistryError? { Self.waitFor { store.unload(name, $0) } }
    func refresh() { _ = Self.waitFor { store.refresh($0) } }

    static func waitFor(_ call: (@escaping @Sendable (RegistryError?) -> Void) -> Void)
        -> RegistryError?
    {
        let box = AnswerBox()
        call { box.set($0) }
        return box.wait()
    }
}

private final class AnswerBox: Sendable {
    private let answer = Mutex<RegistryError??>(nil)

    func set(_ error: RegistryError?) { answer.withLock { $0 = .some(error) } }

    func wait() -> RegistryError? {
        while true {
            if let answer = answer.withLock({ $0 }) { return answer }
            usleep(1_000)
        }
    }
}

private final class EventLog: Sendable {
    private let entries = Mutex<[String]>([])

    var lines: [String] { entries.withLock { $0 } }

    func add(_ event: StoreEvent) {
        let line =
            switch event {
            case .loaded(let model): "loaded \(model.name)/\(model.version)"
            case .waiting(let name, let version, _): "waiting \(name)/\(version)"
            case .failed(let name, let version, let error):
                "failed \(name)/\(version): \(error)"
            case .labelMoved(let name, let label, let version):
                "label \(name)@\(label) \(version)"
            case .superseded(let name, let version, _): "superseded \(name)/\(version)"
            case .unloaded(let name, let version, let reason):
                "unloaded \(name)/\(version): \(reason)"
            case .changedOnDisk(let name, let version, _): "changed \(name)/\(version)"
            case .folderUnreadable: "unreadable"
            case .folderReadable: "readable"
            case .watchLimited: "limited"
            }
        entries.withLock { $0.append(line) }
    }
}
