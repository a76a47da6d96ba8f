import VigieEngine
import VigieRegistry
import VigieRollouts
import VigieServices
import VigieTelemetry

/// What the admin port answers.
struct AdminPages: Sendable {
    let store: ModelStore
    let services: VigieServices
    let metrics: MetricsPage
    let log: Log
    /// What all but probes must show; nil asks for nothing.
    let token: AdminToken?
    /// What there is to tell of rollouts; nil when the pod follows none.
    let rollouts: RolloutReporter?

    func page(_ request: AdminRequest) -> AdminPage? {
        switch request.path {
        // Alive as long as this thread answers: a kubelet restarts what does not.
        case "/healthz", "/livez": return reading(request, AdminPage(text: "ok\n"))
        case "/readyz":
            return reading(
                request,
                services.isServing
                    ? AdminPage(text: "ready\n") : AdminPage(status: 503, text: "not ready\n"))
        default: break
        }
        if let token, !token.allows(authorization: request.header("authorization")) {
            var page = AdminPage(status: 401, text: "this page needs the admin port's token\n")
            page.headers = [("www-authenticate", "Bearer realm=\"vigie\"")]
            return page
        }
        switch request.path {
        case "/": return reading(request, StatusPage(self).page())
        case "/metrics":
            return reading(
                request,
                metrics.page(
                    accept: request.header("accept"), compresses: request.acceptsGzip))
        case "/version":
            return reading(
                request, AdminPage(json: "{\"name\":\"vigie\",\"version\":\"\(Build.version)\"}"))
        case "/models": return reading(request, AdminPage(json: models()))
        case "/rollouts":
            guard let rollouts else { return nil }
            return reading(request, AdminPage(json: JSONWriter.text(rollouts.report().json)))
        case "/loglevel": return logLevel(request)
        default: return nil
        }
    }

    private func reading(_ request: AdminRequest, _ page: @autoclosure () -> AdminPage)
        -> AdminPage
    {
        guard request.method == "GET" || request.method == "HEAD" else {
            return Self.notAllowed("GET, HEAD")
        }
        return page()
    }

    private static func notAllowed(_ methods: String) -> AdminPage {
        var page = AdminPage(status: 405, text: "only \(methods)\n")
        page.headers = [("allow", methods)]
        return page
    }

    private func models() -> String {
        let rows = store.statuses().map { status in
            let version = status.version.map(String.init) ?? "null"
            return "{\"name\":\(LogValue.text(status.name).json),\"version\":\(version),"
                + "\"state\":\"\(status.state.rawValue)\","
                + "\"reason\":\(LogValue.text(status.reason).json)}"
        }
        return "[" + rows.joined(separator: ",\n ") + "]"
    }

    /// GET tells the level, PUT or POST sets it to the body's.
    private func logLevel(_ request: AdminRequest) -> AdminPage {
        switch request.method {
        case "GET", "HEAD": return AdminPage(text: "\(log.level.rawValue)\n")
        case "PUT", "POST":
            let wanted = String(decoding: request.body, as: UTF8.self)
                .trimmingPrefix { $0.isWhitespace }.prefix { !$0.isWhitespace }
            guard let level = LogLevel(rawValue: wanted.lowercased()) else {
                let levels = LogLevel.allCases.map(\.rawValue).joined(separator: ", ")
                return AdminPage(
                    status: 400, text: "the body must be a log level, one of \(levels)\n")
            }
            let before = log.level
            log.level = level
            log.write(
                max(level, .info), "log level set from \(before.rawValue) to \(level.rawValue)")
            return AdminPage(text: "\(level.rawValue)\n")
        default: return Self.notAllowed("GET, HEAD, PUT, POST")
        }
    }
}
