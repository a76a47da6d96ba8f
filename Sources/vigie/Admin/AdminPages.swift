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
        let common = CommonPages(metrics: metrics, log: log, token: token)
        return common.page(request, obstacle: services.isServing ? nil : "not ready", own: own)
    }

    private func own(_ request: AdminRequest) -> AdminPage? {
        switch request.path {
        case "/": return CommonPages.reading(request, StatusPage(self).page())
        case "/models": return CommonPages.reading(request, AdminPage(json: models()))
        case "/rollouts":
            guard let rollouts else { return nil }
            return CommonPages.reading(
                request, AdminPage(json: JSONWriter.text(rollouts.report().json)))
        default: return nil
        }
    }

    private func models() -> String {
        let rows = store.statuses().map { status in
            let labels = status.labels.map { LogValue.text($0).json }.joined(separator: ",")
            let version = status.version.map(String.init) ?? "null"
            return "{\"name\":\(LogValue.text(status.name).json),\"version\":\(version),"
                + "\"state\":\"\(status.state.rawValue)\",\"labels\":[\(labels)],"
                + "\"reason\":\(LogValue.text(status.reason).json)}"
        }
        return "[" + rows.joined(separator: ",\n ") + "]"
    }
}
