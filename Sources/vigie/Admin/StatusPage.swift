import VigieRegistry
import VigieServices
import VigieTransport

/// The page that a person sees first: how the pod is, and which models it serves. Plain HTML, all
/// text escaped, nothing to run or load.
struct StatusPage {
    private let pages: AdminPages

    init(_ pages: AdminPages) { self.pages = pages }

    func page() -> AdminPage {
        let services = pages.services
        let statistics = services.statistics()
        var rows = ""
        for status in pages.store.statuses() {
            let counted = statistics.first {
                $0.model.name == status.name && $0.model.version == status.version
            }
            let cells = [
                status.name, status.version.map(String.init) ?? "", status.state.rawValue,
                counted.map { String($0.success.count) } ?? "",
                counted.map { String($0.failure.count) } ?? "",
                counted.flatMap(Self.mean) ?? "", status.reason,
            ]
            rows += "<tr>" + cells.map { "<td>\(Self.escaped($0))</td>" }.joined() + "</tr>\n"
        }
        let links = ["/metrics", "/models", "/version", "/healthz", "/readyz", "/loglevel"]
            .map { "<a href=\"\($0)\">\($0)</a>" }.joined(separator: " ")
        let seconds = Int(services.uptime / .seconds(1))
        return AdminPage(
            html: """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><title>vigie</title><style>
                body { font: 15px sans-serif; margin: 2em; }
                table { border-collapse: collapse; }
                td, th { border: 1px solid #bbb; padding: 0.3em 0.8em; text-align: left; }
                </style></head><body>
                <h1>vigie \(Self.escaped(Build.version))</h1>
                <p>\(services.isServing ? "Ready" : "Not ready") for \(seconds) s; log level \
                \(pages.log.level.rawValue).</p>
                <p>\(links)</p>
                <table><tr><th>Model</th><th>Version</th><th>State</th><th>Answered</th>\
                <th>Failed</th><th>Mean time</th><th>Reason</th></tr>
                \(rows)</table>
                </body></html>

                """)
    }

    /// "12 µs": from the whole message to the encoded answer.
    private static func mean(_ statistics: VersionStatistics) -> String? {
        guard statistics.success.count > 0 else { return nil }
        let nanoseconds = statistics.success.nanoseconds / statistics.success.count
        return nanoseconds < 10_000_000
            ? "\((nanoseconds + 500) / 1000) µs" : "\(nanoseconds / 1_000_000) ms"
    }

    /// Names and reasons come from folders and files.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
