import VigieCommandLine

/// Everything that a scenario or a variable may set, by the names that the command line has.
enum RunSettings {
    /// Of these, one is given.
    static let patterns: Set<String> = [
        "rate", "ramp", "steps", "spike", "replay", "closed",
    ]

    static let all: [Setting] = {
        let values = [
            "target", "connections", "streams", "workers", "connect-timeout", "timeout",
            "authority",
            "tls-ca", "tls-cert", "tls-key", "tls-server-name", "requests-per-connection",
            "requests-per-stream", "slow-connections", "read-delay", "stream-window",
            "rate", "ramp", "steps", "spike", "replay", "speed", "seed", "duration", "drain",
            "method", "model", "model-version", "row-count", "row-range", "batch", "payload",
            "tolerance", "relative-tolerance", "show-wrong", "lag-max", "json", "html", "record",
            "interval", "times-capacity", "slo-percentile", "slo-latency", "slo-errors",
            "start-rate", "max-rate", "probe", "resolution",
        ]
        let toggles = ["tls", "closed", "poisson", "consistency", "quiet", "find-capacity"]
        let lists = ["metadata", "mix", "rows", "threshold", "hook"]
        return values.map { Setting($0) } + toggles.map { Setting($0, .toggle) }
            + lists.map { Setting($0, .list) }
    }()
}
