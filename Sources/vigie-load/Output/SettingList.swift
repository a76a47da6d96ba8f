import VigieLoad

/// The settings that matter to whoever reads a report.
struct SettingList {
    let all: [(name: String, value: String)]

    init(_ command: RunCommand, _ plan: LoadPlan) {
        var list: [(String, String?)] = [
            ("target", command.target.target),
            ("scenario", command.scenario),
            ("arrivals", Self.arrivals(command)),
            ("seed", String(command.arrivals.seed)),
            ("duration", command.arrivals.duration?.defaultValueDescription),
            ("connections", String(plan.connections)),
            ("streams", String(plan.streams)),
            ("workers", String(plan.workers)),
            ("timeout", command.target.timeout?.defaultValueDescription),
            ("tls", plan.tls == nil ? "no" : command.target.tlsCert == nil ? "yes" : "mutual"),
            ("requests-per-connection", plan.requestsPerConnection.map(String.init)),
            ("slow-connections", plan.slowConnections > 0 ? String(plan.slowConnections) : nil),
            ("batch", command.requests.batch > 1 ? String(command.requests.batch) : nil),
        ]
        for target in plan.targets {
            let entry = target.entry
            let model = entry.model.isEmpty ? "" : " \(entry.model)"
            let version = entry.version.isEmpty ? "" : " version \(entry.version)"
            list.append(
                (
                    "part \(list.count)",
                    "\(entry.method.name)\(model)\(version), weight "
                        + "\(Quantity.fixed(entry.weight, 2)), \(target.requests.count) requests in turn"
                ))
        }
        list += command.report.hook.map { ("hook", $0) }
        all = list.compactMap { name, value in value.map { (name, $0) } }
    }

    private static func arrivals(_ command: RunCommand) -> String {
        let options = command.arrivals
        if options.closed { return "closed loop" }
        if let file = options.replay { return "replay of \(file), \(options.speed) times as fast" }
        let kind =
            options.ramp.map { "ramp \($0)" } ?? options.steps.map { "steps \($0)" }
            ?? options.spike.map { "spike \($0)" }
            ?? "\(Quantity.grouped(options.rate?.perSecond ?? 100, 1))/s"
        return kind + (options.poisson ? ", Poisson" : "")
    }
}
