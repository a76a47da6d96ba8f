/// What `vigie serve` was told, checked.
struct PodSettings {
    var listen: String
    var admin: String?
    var loops: Int
    var grace: Duration
    var registry: RegistryOptions
    var tls: TLSOptions
    var log: LogOptions
    var workers: WorkerFlags
    var limits: LimitOptions
    var telemetry: TelemetryOptions
}
