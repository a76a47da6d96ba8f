import ArgumentParser
import VigieCommandLine
import VigieTelemetry
import VigieTransport

/// `vigie controller`: walks the steps of rollouts.
struct ControllerCommand: SettingsCommand {
    static let configuration = CommandConfiguration(
        commandName: "controller",
        abstract: "Walk the steps of model rollouts: promote what is good, roll back what is not.",
        discussion: """
            Looks at every ModelRollout of a Kubernetes namespace ('--rollouts kubernetes') or of a \
            folder ('--rollouts DIR --pods URL,…'), asks the pods' admin ports what they saw of the \
            canary, and Prometheus where an analysis wants it, and writes the status: to the API \
            server, with Events, or to DIR/<name>.status.json. It never writes a specification, and \
            pods go on without it. Several may run: one leads, by a Lease or the folder's lock.

            Prints one line that begins with "vigie controller ready" and works until SIGTERM or \
            SIGINT, when it lets go of the lease and exits 0.

            Every setting can also be a line of a YAML file (--config FILE, or VIGIE_CONFIG), \
            'interval: 5s', or a variable, VIGIE_INTERVAL=5s. Flags win over variables, variables \
            over the file.
            """)

    @Option(help: .init("YAML file of settings.", valueName: "file"))
    var config: String?

    @Option(
        help: .init(
            "'kubernetes', or a folder of ModelRollouts in *.yaml files.", valueName: "where"))
    var rollouts: String

    @Option(help: .init("Between two looks at the pods.", valueName: "time"))
    var interval = TimeSpan(.seconds(2))

    @Option(
        help: .init(
            "Address of the HTTP/1.1 port with /metrics, /healthz, /readyz, /version and /loglevel; none without this.",
            valueName: "host:port"))
    var admin: String?

    @Option(
        help: .init(
            "File with a token of 16 characters or more that all admin pages but probes ask for.",
            valueName: "file"))
    var adminTokenFile: String?

    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions
    @OptionGroup(title: "Pods") var pods: ControllerPodOptions
    @OptionGroup(title: "Prometheus") var prometheus: PrometheusOptions
    @OptionGroup(title: "Leader election") var leader: LeaderOptions
    @OptionGroup(title: "Log") var log: LogLineOptions

    static let settings: [Setting] =
        [
            "rollouts", "interval", "admin", "admin-token-file", "kubeconfig", "kube-context",
            "service-account-dir",
            "rollouts-namespace", "rollouts-selector", "pods", "pods-selector",
            "pods-admin-port", "pods-token-file", "pods-ca", "pods-tls-name", "pods-timeout",
            "prometheus",
            "query-timeout", "lease-name", "lease-identity", "lease-duration",
            "lease-renew-deadline", "lease-retry-period", "log-level", "log-format", "log-file",
        ].map { Setting($0) } + [Setting("leader-elect", .toggle)]

    func validate() throws {
        guard (.milliseconds(100) ... .seconds(3600)).contains(interval.duration) else {
            throw ValidationError("--interval must be from 100ms to 1h.")
        }
        guard !rollouts.isEmpty else {
            throw ValidationError("--rollouts is empty; it must be 'kubernetes' or a folder.")
        }
        if rollouts != KubernetesOptions.place, pods.pods.isEmpty {
            throw ValidationError(
                "--pods is missing: with a folder of rollouts nobody else says where pods are.")
        }
    }

    /// Throws a ``StartFailure`` when the controller cannot start.
    func run() throws {
        // Before the log's thread: a signal would end the process there.
        Signals.block()
        let identity = PodIdentity("vigie-controller").logFields
        let encoder = LogEncoder(log.logFormat, service: identity)
        let writer = try StartFailure.wrapping("--log-file") { () throws(SystemError) in
            try LogWriter(try LogDestination(log.logFile), encoder)
        }
        let processLog = Log(log.logLevel, encoder, writer)
        defer { processLog.stop() }
        try ControllerProcess(self, processLog).runUntilSignalled()
    }
}
