/// What `vigie serve` was told, checked.
struct PodSettings {
    var listen: String
    var admin: String?
    var loops: Int
    var grace: Duration
    var registry: RegistryOptions
    var rollouts: RolloutOptions
    var tls: TLSOptions
    var log: LogOptions
    var trace: TraceOptions
    var workers: WorkerFlags
    var overload: OverloadOptions
    var limits: LimitOptions
    var telemetry: TelemetryOptions
    var decisions: DecisionFlags
}
