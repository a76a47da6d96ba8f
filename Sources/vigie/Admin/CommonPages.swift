import VigieTelemetry

/// What the admin ports of all our servers answer: probes, metrics, version, log level.
struct CommonPages: Sendable {
    let metrics: MetricsPage
    let log: Log
    /// What all but probes must show; nil asks for nothing.
    let token: AdminToken?

    /// - Parameters:
    ///   - obstacle: why the server is not ready; nil when it is.
    ///   - own: what only this server has, behind the token.
    func page(
        _ request: AdminRequest, obstacle: @autoclosure () -> String?,
        own: (AdminRequest) -> AdminPage?
    ) -> AdminPage? {
        switch request.path {
        // Alive as long as this thread answers: a kubelet restarts what does not.
        case "/healthz", "/livez": return Self.reading(request, AdminPage(text: "ok\n"))
        case "/readyz":
            let obstacle = obstacle()
            return Self.reading(
                request,
                obstacle.map { AdminPage(status: 503, text: "\($0)\n") }
                    ?? AdminPage(text: "ready\n"))
        default: break
        }
        if let token, !token.allows(authorization: request.header("authorization")) {
            var page = AdminPage(status: 401, text: "this page needs the admin port's token\n")
            page.headers = [("www-authenticate", "Bearer realm=\"vigie\"")]
            return page
        }
        switch request.path {
        case "/metrics":
            return Self.reading(
                request,
                metrics.page(
                    accept: request.header("accept"), compresses: request.acceptsGzip))
        case "/version":
            return Self.reading(
                request, AdminPage(json: "{\"name\":\"vigie\",\"version\":\"\(Build.version)\"}"))
        case "/loglevel": return logLevel(request)
        default: return own(request)
        }
    }

    /// `page` for GET and HEAD, and a refusal for all else.
    static func reading(_ request: AdminRequest, _ page: @autoclosure () -> AdminPage)
        -> AdminPage
    {
        guard request.method == "GET" || request.method == "HEAD" else {
            return notAllowed("GET, HEAD")
        }
        return page()
    }

    private static func notAllowed(_ methods: String) -> AdminPage {
        var page = AdminPage(status: 405, text: "only \(methods)\n")
        page.headers = [("allow", methods)]
        return page
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
