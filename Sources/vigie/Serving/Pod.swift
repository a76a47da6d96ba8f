import Glibc
import Synchronization
import VigieCommandLine
import VigieRPC
import VigieRegistry
import VigieServices
import VigieTransport

/// A running pod: the registry's models, the loops and workers that answer for them, and the end of it
/// all.
final class Pod {
    private let settings: PodSettings
    private let started = MonotonicTime.now()
    private let log: Log
    private let store: ModelStore
    /// The registry, without credentials.
    private let place: String
    private let services: VigieServices
    private let rollouts: PodRollouts?
    private let pool: WorkerPool?
    private let server: HTTPServer
    private let threads: [LoopThread]
    private let admin: AdminServer?
    private let observation: PodObservation
    private var certificates: CertificateWatcher?
    private var trust: TrustWatcher?

    /// Loads, binds and begins to answer; throws what stands in the way, as a sentence.
    init(_ settings: PodSettings, log: Log) throws(StartFailure) {
        self.settings = settings
        self.log = log
        FileDescriptors.raiseLimit()
        System.returnLargeBlocks()

        let address = try Self.address("--listen", settings.listen)
        let adminAddress = try settings.admin.map { text throws(StartFailure) in
            try Self.address("--admin", text)
        }
        let tls = try StartFailure.wrapping("TLS") { () throws(TLSError) in
            try settings.tls.configuration.map { configuration throws(TLSError) in
                try TLSContext.server(configuration)
            }
        }
        certificates = settings.tls.configuration.map(CertificateWatcher.init)
        self.trust = settings.registry.trust.trustedKeys.map(TrustWatcher.init)

        let registryMetrics = RegistryMetrics()
        let (source, trust, options) = try Self.registry(settings.registry, registryMetrics)
        let store = ModelStore(
            source, options: options, trust: trust,
            onEvent: { event in
                registryMetrics.note(event)
                log.write(event.level, event.description)
            })
        rollouts = try PodRollouts(settings, log)
        rollouts?.require(of: store)
        try StartFailure.wrapping("--registry \(source.place)") {
            () throws(RegistryError) in try store.start()
        }
        self.store = store
        place = source.place
        registryMetrics.watch(store)
        var workerOptions = settings.workers.options(processors: Processors.usable)
        workerOptions.retryAfter = settings.limits.shedRetryAfter.duration
        workerOptions.adaptiveConcurrency = settings.overload.concurrency(
            most: workerOptions.queueMax)
        pool =
            workerOptions.workers == 0
            ? nil
            : try StartFailure.wrapping("--workers") { () throws(SystemError) in
                try WorkerPool(workerOptions)
            }
        let services = VigieServices(
            store: store, version: Build.version, limits: settings.workers.serviceLimits,
            pool: pool, driftWindow: settings.telemetry.driftWindow.duration,
            decisions: try Self.openDecisions(settings, log))
        self.services = services

        let loops = try StartFailure.wrapping("event loops") { () throws(SystemError) in
            var loops: [EventLoop] = []
            for index in 0..<settings.loops { loops.append(try EventLoop(index: index)) }
            return loops
        }
        let serverLimits = Self.serverLimits(settings, log)
        var rpcLimits = settings.limits.rpcLimits
        rpcLimits.adaptiveConcurrency = settings.overload.concurrency(
            most: rpcLimits.maxConcurrentCalls)
        let perLoop = rpcLimits
        let observation = try PodObservation(settings, log, server: address)
        self.observation = observation
        var handlers: [RPCHandler] = []
        server = try StartFailure.wrapping("--listen \(settings.listen)") {
            () throws(SystemError) in
            try HTTPServer(
                listen: address, loops: loops, limits: serverLimits, tls: tls
            ) { loop in
                let handler = RPCHandler(loop: loop, limits: perLoop)
                observation.observe(handler)
                services.install(on: handler)
                handlers.append(handler)
                return handler
            }
        }
        let watch = try StartFailure.wrapping("watch") { () throws(SystemError) in
            try PodWatch(memoryMax: settings.limits.maxMemory?.bytes, log)
        }
        for handler in handlers { handler.memory = watch.memory }
        let rolloutMetrics = try rollouts?.follow(services) ?? []
        let load = PodLoad(server, handlers.map(\.counters), pool)
        for handler in handlers { settings.overload.reportLoad(load, on: handler, services.health) }
        let metrics = Self.metrics(
            settings, serverLimits, server: server, handlers: handlers.map(\.counters), load: load,
            registry: registryMetrics, services: services, pool: pool,
            others: [watch] + observation.metricSources + (services.decisions.map { [$0] } ?? [])
                + rolloutMetrics)
        let token = try settings.telemetry.adminTokenFile.map { file throws(StartFailure) in
            try AdminToken(file: file)
        }
        let reporter = rollouts?.reporter
        admin = try adminAddress.map { address throws(StartFailure) in
            let pages = AdminPages(
                store: store, services: services, metrics: metrics, log: log, token: token,
                rollouts: reporter)
            let tls = try Self.adminTLS(settings.tls)
            return try StartFailure.wrapping("--admin \(address)") { () throws(SystemError) in
                try AdminServer(address, tls: tls) { pages.page($0) }
            }
        }
        threads = try StartFailure.wrapping("event loops") { () throws(SystemError) in
            var threads: [LoopThread] = []
            for loop in loops {
                threads.append(try LoopThread(loop: loop, name: "vigie-loop-\(loop.index)"))
            }
            return threads
        }
        server.start()
        watch.start(server)
        admin?.start()
        services.setServing()
        announce()
    }

    /// As many connections as there may be, or as there can be.
    private static func serverLimits(_ settings: PodSettings, _ log: Log) -> ServerLimits {
        var limits = settings.limits.serverLimits
        let possible = FileDescriptors.connections(limits.maxConnections)
        if possible < limits.maxConnections {
            log.warning(
                "the limit of open files allows \(possible) connections, not "
                    + "\(limits.maxConnections) (--max-connections): raise it with ulimit -n")
            limits.maxConnections = possible
        }
        return limits
    }

    private static func registry(
        _ settings: RegistryOptions, _ metrics: RegistryMetrics
    ) throws(StartFailure) -> (any RegistrySource, TrustHolder, StoreOptions) {
        let trust = try StartFailure.wrapping("--trusted-keys") { () throws(RegistryError) in
            TrustHolder(try settings.trust.policy())
        }
        let address = try StartFailure.wrapping("--registry") { () throws(RegistryError) in
            try RegistryAddress(settings.registry)
        }
        let counters = RemoteCounters()
        let source = try StartFailure.wrapping("--registry-cache") { () throws(RegistryError) in
            try settings.source(address, trust, counters)
        }
        metrics.watch(source)
        let options = try StartFailure.wrapping("--version-policy") {
            () throws(VersionPolicies.Failure) in try settings.storeOptions(address)
        }
        return (source, trust, options)
    }

    private static func address(_ flag: String, _ text: String) throws(StartFailure)
        -> SocketAddress
    {
        try StartFailure.wrapping(flag) { () throws(SocketAddress.Failure) in
            try SocketAddress.parse(text)
        }
    }

    /// The one line on standard output, for people and for scripts that wait for it.
    private func announce() {
        let table = store.table
        let versions = table.entries.reduce(0) { $0 + $1.versions.count }
        let milliseconds = MonotonicTime.now().since(started).milliseconds
        var line = "vigie ready: grpc \(server.address)"
        line += settings.tls.tlsCert == nil ? " (h2c)" : " (TLS)"
        if let admin { line += ", admin \(admin.address)" }
        line += ", \(table.entries.count) models in \(versions) versions"
        line += " from \(place)"
        line += ", \(settings.loops) \(settings.loops == 1 ? "loop" : "loops")"
        let workers = pool?.options.workers ?? 0
        line += ", \(workers) \(workers == 1 ? "worker" : "workers")"
        StandardStream.output.write("\(line), \(milliseconds) ms\n")
    }

    /// What is left of the grace for traces that wait to be exported: a moment at the least, and not
    /// long for a collector that does not answer.
    private static func flushTime(until deadline: MonotonicTime) -> Duration {
        let now = MonotonicTime.now()
        let left = now < deadline ? deadline.since(now) : .zero
        return min(max(left, .milliseconds(500)), .seconds(5))
    }

    // MARK: Running

    /// Returns when the pod has ended in good order.
    func runUntilSignalled() {
        let interval = min(
            settings.tls.tlsReloadInterval.duration,
            settings.registry.trustedKeysInterval.duration)
        while true {
            switch Signals.wait(atMost: interval) {
            case .terminate: return end()
            case .reload:
                log.writer.reopen()
                reloadCertificates()
                trust?.look(store, log)
                store.refresh { _ in }
            case .timeout:
                if certificates?.hasChanged() == true { reloadCertificates() }
                trust?.look(store, log)
            }
        }
    }

    private static func adminTLS(_ options: TLSOptions) throws(StartFailure) -> TLSContext? {
        try StartFailure.wrapping("TLS") { () throws(TLSError) in
            try options.adminConfiguration.map { configuration throws(TLSError) in
                try TLSContext.server(configuration, speaking: .http1)
            }
        }
    }

    private func reloadCertificates() {
        guard let configuration = settings.tls.configuration else { return }
        _ = certificates?.hasChanged()
        do throws(TLSError) {
            let context = try TLSContext.server(configuration)
            if let admin, let configuration = settings.tls.adminConfiguration {
                admin.replaceTLS(try TLSContext.server(configuration, speaking: .http1))
            }
            server.replaceTLS(context)
            log.info("certificates read again; new connections use them")
        } catch {
            log.error("certificates not reloaded, the old ones stay: \(error)")
        }
    }

    /// Not ready, GOAWAY, what runs is finished, and the process can exit.
    private func end() {
        let began = MonotonicTime.now()
        let deadline = began.advanced(by: settings.grace)
        log.info("stopping: \(server.connectionCount) connections, grace \(settings.grace)")
        services.setNotServing()
        server.drain(grace: settings.grace)
        while server.connectionCount > 0, MonotonicTime.now() < deadline {
            if case .terminate = Signals.wait(atMost: .milliseconds(10)) {
                log.warning("told to stop a second time: not waiting any longer")
                break
            }
        }
        let left = server.connectionCount
        if left > 0 { log.warning("\(left) connections were cut off") }
        pool?.stop()
        services.shadows.stop()
        services.decisions?.stop()
        for thread in threads { thread.loop.stop() }
        for thread in threads { thread.join() }
        rollouts?.stop()
        store.stop()
        observation.exporter?.stop(within: Self.flushTime(until: deadline))
        log.info("stopped after \(MonotonicTime.now().since(began).milliseconds) ms")
    }
}
