import Synchronization
import VigieCommandLine
import VigieController
import VigieHTTP
import VigieKubernetes
import VigieRegistry
import VigieRollouts
import VigieTelemetry
import VigieTransport

/// A running controller: a thread that looks at rollouts again and again, those that it waits for, and
/// the end of it all.
final class ControllerProcess {
    private let command: ControllerCommand
    private let log: Log
    private let home: ControllerHome
    private let counts: ControllerCounts
    private let admin: AdminServer?
    private let bell: Doorbell
    private let cancellation = HTTPCancellation()
    private let isStopped = Stopped()
    private var thread: WorkThread?

    private final class Stopped: Sendable {
        let flag = Atomic(false)
    }

    init(_ command: ControllerCommand, _ log: Log) throws(StartFailure) {
        self.command = command
        self.log = log
        let bell = try StartFailure.wrapping("controller") { () throws(SystemError) in
            try Doorbell()
        }
        self.bell = bell
        home = try ControllerHome(command, log, cancellation) { bell.ring() }
        counts = ControllerCounts(home.leadership)
        admin = try Self.admin(command, log, counts, home)
    }

    private static func admin(
        _ command: ControllerCommand, _ log: Log, _ counts: ControllerCounts,
        _ home: ControllerHome
    ) throws(StartFailure) -> AdminServer? {
        guard let text = command.admin else { return nil }
        let address = try StartFailure.wrapping("--admin") { () throws(SocketAddress.Failure) in
            try SocketAddress.parse(text)
        }
        let token = try command.adminTokenFile.map { file throws(StartFailure) in
            try AdminToken(file: file)
        }
        let pages = CommonPages(
            metrics: MetricsPage(
                [
                    BuildMetrics(), ProcessMetrics(), LogMetrics(writer: log.writer), counts,
                ], maxSeries: 10_000), log: log, token: token)
        let leadership = home.leadership
        return try StartFailure.wrapping("--admin \(address)") { () throws(SystemError) in
            try AdminServer(address, tls: nil) { request in
                pages.page(
                    request,
                    // A follower is ready, too: to take over.
                    obstacle: leadership.isLeader && counts.lastRound == nil
                        ? "rollouts and pods have not been seen yet" : nil
                ) { _ in nil }
            }
        }
    }

    /// Returns when the controller has ended in good order.
    func runUntilSignalled() throws(StartFailure) {
        let scraper = try command.pods.access.scraper(
            timeout: command.pods.podsTimeout.duration, agent: home.agent, cancellation)
        let prometheus = PrometheusClient(
            address: command.prometheus.prometheus,
            timeout: command.prometheus.queryTimeout.duration, agent: home.agent, cancellation)
        let (log, bell, isStopped, counts) = (log, bell, isStopped, counts)
        let (interval, leadership) = (command.interval.duration, home.leadership)
        let stage = ControllerStage(store: home.store, finder: home.finder)
        thread = WorkThread(name: "vigie-rollouts") {
            let controller = Controller(
                Controller.Parts(
                    store: stage.store, finder: stage.finder, scraper: scraper,
                    prometheus: prometheus, leadership: leadership),
                interval: interval, counts: counts,
                report: { log.write($0.level, $0.text) })
            while !isStopped.flag.load(ordering: .relaxed) {
                let pause = controller.round()
                bell.wait(until: MonotonicTime.now().advanced(by: pause))
            }
        }
        guard thread != nil else {
            throw StartFailure(description: "controller: no thread is to be had")
        }
        home.start()
        admin?.start()
        announce()
        while true {
            switch Signals.wait(atMost: .seconds(60)) {
            case .terminate: return end()
            case .reload: log.writer.reopen()
            case .timeout: break
            }
        }
    }

    private func announce() {
        var line = "vigie controller ready: \(home.place)"
        if let admin { line += ", admin \(admin.address)" }
        StandardStream.output.write("\(line)\n")
    }

    /// What is under way is given up: it is safe to be killed at any instant, too.
    private func end() {
        let began = MonotonicTime.now()
        log.info("stopping")
        isStopped.flag.store(true, ordering: .relaxed)
        cancellation.cancel()
        bell.ring()
        thread?.join()
        home.stop()
        log.info("stopped after \(MonotonicTime.now().since(began).milliseconds) ms")
    }
}

/// What the main thread hands over to the controller's, and touches no more.
private struct ControllerStage: @unchecked Sendable {
    let store: any RolloutStore
    let finder: any PodFinder
}
