import ArgumentParser
import VigieCommandLine
import VigieTelemetry
import VigieTransport

/// `vigie serve`: the pod.
struct ServeCommand: SettingsCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the models of a registry over gRPC.",
        discussion: """
            Loads every model of the registry, then prints one line that begins with "vigie ready" \
            and answers until SIGTERM or SIGINT: then it is not ready any more, asks its callers to \
            go (GOAWAY), finishes what runs and exits 0 within --grace. SIGHUP reads certificates \
            and registry again at once.

            Every setting can also be a line of a YAML file (--config FILE, or VIGIE_CONFIG), \
            'max-connections: 500', or a variable, VIGIE_MAX_CONNECTIONS=500. Flags win over \
            variables, variables over the file. Times are written 200us, 500ms, 30s, 5m, 2h; bytes \
            65536, 64KiB, 4MiB.
            """)

    @Option(help: .init("YAML file of settings.", valueName: "file"))
    var config: String?

    @Option(
        help: .init(
            "Address of the gRPC port; port 0 lets the system choose.", valueName: "host:port"))
    var listen = "127.0.0.1:8500"

    @Option(
        help: .init(
            "Address of the HTTP/1.1 port with /metrics, /healthz, /readyz, /version, /models, /rollouts and /loglevel; none without this.",
            valueName: "host:port"))
    var admin: String?

    @Option(help: .init("Event loops, one thread each; default: one a core.", valueName: "n"))
    var loops: Int?

    @Option(
        help: .init(
            "How long running calls may take after SIGTERM, in seconds or with a unit.",
            valueName: "time"))
    var grace = TimeSpan(.seconds(30))

    @OptionGroup(title: "Registry") var registry: RegistryOptions
    @OptionGroup(title: "Rollouts") var rollouts: RolloutOptions
    @OptionGroup(title: "TLS") var tls: TLSOptions
    @OptionGroup(title: "Log") var log: LogOptions
    @OptionGroup(title: "Traces") var trace: TraceOptions
    @OptionGroup(title: "Workers") var workers: WorkerFlags
    @OptionGroup(title: "Decision log") var decisions: DecisionFlags
    @OptionGroup(title: "Overload") var overload: OverloadOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Telemetry") var telemetry: TelemetryOptions

    static let settings: [Setting] =
        [
            "listen", "admin", "loops", "grace", "rollouts", "rollouts-cache", "rollouts-wait",
            "kubeconfig", "kube-context", "service-account-dir", "rollouts-namespace",
            "rollouts-selector", "registry", "keep-versions",
            "version-policy", "registry-poll-interval", "registry-cache", "registry-cache-bytes",
            "trusted-keys", "trusted-keys-interval", "tls-cert", "tls-key", "tls-client-ca",
            "tls-client-auth",
            "tls-reload-interval", "log-level", "log-format", "log-file", "access-log-sample",
            "slow-request", "trace-endpoint", "trace-sample-ratio", "trace-sampler",
            "trace-max-per-second", "trace-keep-slow", "trace-queue", "trace-batch",
            "trace-delay", "trace-timeout", "trace-compression", "trace-headers", "trace-ca",
            "trace-cert", "trace-key", "service-name", "resource-attributes", "max-connections",
            "max-concurrent-streams", "max-concurrent-calls", "max-deferred-calls",
            "shed-retry-after", "max-buffered-request-bytes", "header-timeout", "max-ping-strikes",
            "control-frame-burst", "control-frames-per-second", "oversized-headers-burst",
            "max-outbound-acks", "max-paused-bytes", "max-unread-bytes", "max-memory",
            "accept-backlog", "max-request-bytes", "max-response-bytes",
            "max-header-bytes", "handshake-timeout", "request-timeout", "write-timeout",
            "max-connection-idle", "max-connection-age", "max-connection-age-grace",
            "workers", "inline-cost-max", "worker-queue-max", "max-worker-bytes",
            "worker-niceness", "batch-max-rows", "batch-max-delay", "batch-preferred-rows",
            "max-batch-rows", "keepalive-time", "keepalive-timeout", "min-ping-interval",
            "reset-burst",
            "admin-token-file", "max-metric-series", "drift-window",
            "resets-per-second", "max-continuations", "stream-window", "connection-window",
            "overload-latency", "overload-tolerance", "load-report-interval",
            "decision-log", "decision-log-mode", "decision-log-chain", "decision-log-queue",
            "decision-log-segment-bytes", "decision-log-segment-age",
            "decision-log-sync-interval", "decision-log-timeout", "decision-log-key",
        ].map { Setting($0) } + [
            Setting("access-log", .toggle),
            Setting("admin-tls", .toggle), Setting("require-signed", .toggle),
            Setting("no-load-shedding", .toggle),
            Setting("load-report-trailers", .toggle),
            Setting("trace-keep-errors", .toggle),
            Setting("permit-pings-without-calls", .toggle),
        ]

    func validate() throws {
        if let loops, !(1...1024).contains(loops) {
            throw ValidationError("--loops is \(loops); it must be 1 to 1024.")
        }
    }

    /// Throws a ``StartFailure`` when the pod cannot start.
    func run() throws {
        // Before the log's thread: a signal would end the process there.
        Signals.block()
        let encoder = LogEncoder(log.logFormat, service: PodIdentity(trace).logFields)
        let writer = try StartFailure.wrapping("--log-file") { () throws(SystemError) in
            try LogWriter(try LogDestination(log.logFile), encoder)
        }
        let podLog = Log(log.logLevel, encoder, writer)
        // Also what was logged before a start that failed is written.
        defer { podLog.stop() }
        let pod = try Pod(
            PodSettings(
                listen: listen, admin: admin, loops: loops ?? Processors.usable,
                grace: grace.duration, registry: registry, rollouts: rollouts, tls: tls, log: log,
                trace: trace,
                workers: workers, overload: overload, limits: limits, telemetry: telemetry,
                decisions: decisions),
            log: podLog)
        pod.runUntilSignalled()
    }
}
