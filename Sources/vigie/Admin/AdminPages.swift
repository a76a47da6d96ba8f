import VigieRegistry
import VigieServices
import VigieTelemetry

/// What the admin port answers.
struct AdminPages: Sendable {
    let store: ModelStore
    let services: VigieServices

    func page(_ path: String) -> AdminPage? {
        switch path {
        case "/":
            AdminPage(text: "vigie \(Build.version)\n/healthz /readyz /version /models\n")
        // Alive as long as this thread answers: a kubelet restarts what does not.
        case "/healthz", "/livez": AdminPage(text: "ok\n")
        case "/readyz":
            services.isServing
                ? AdminPage(text: "ready\n") : AdminPage(status: 503, text: "not ready\n")
        case "/version":
            AdminPage(json: "{\"name\":\"vigie\",\"version\":\"\(Build.version)\"}")
        case "/models": AdminPage(json: models())
        default: nil
        }
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
}
