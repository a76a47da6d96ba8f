/// Everything that a scenario or a variable may set, by the names that the command line has.
enum Setting {
    enum Kind {
        case value
        /// `--name` / `--no-name`.
        case toggle
        /// May come more than once.
        case list
    }

    static let known: [String: Kind] = {
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
        var all: [String: Kind] = [:]
        for name in values { all[name] = .value }
        for name in toggles { all[name] = .toggle }
        for name in lists { all[name] = .list }
        return all
    }()
}
