import VigieEngine
import VigieHTTP
import VigieKubernetes
import VigieRollouts

/// Asks Prometheus for the one value of a query (HTTP API, `/api/v1/query`).
package struct PrometheusClient: Sendable {
    private let http: HTTPClient
    /// Where queries go whose analysis names no address.
    private let address: String?
    private let timeout: Duration
    private let cancellation: HTTPCancellation

    package init(
        address: String?, timeout: Duration, agent: String, _ cancellation: HTTPCancellation
    ) {
        http = HTTPClient(userAgent: agent)
        self.address = address
        self.timeout = timeout
        self.cancellation = cancellation
    }

    package func ask(_ analysis: AnalysisSpec) -> QueryAnswer {
        guard let base = analysis.address ?? address else {
            return .error(
                "no Prometheus: neither the analysis has an address nor the controller --prometheus"
            )
        }
        guard let query = analysis.query else { return .error("there is no query") }
        var url = base
        while url.hasSuffix("/") { url.removeLast() }
        url += "/api/v1/query"
        // A form, as long queries fit into no URL.
        let form = PercentEncoding.query([
            ("query", query), ("timeout", DurationText.text(timeout)),
        ])
        var request = HTTPRequest("POST", url, body: .bytes(Array(form.utf8)), timeout: timeout)
        request.headers["content-type"] = "application/x-www-form-urlencoded"
        request.connectTimeout = min(timeout, request.connectTimeout)
        request.answerMax = 1 << 20
        do throws(HTTPError) {
            return Self.read(try http.send(request, cancellation: cancellation))
        } catch { return .error(error.message) }
    }

    /// `{"status":"success","data":{"resultType":"vector","result":[{"value":[t,"1"]}]}}`.
    static func read(_ response: HTTPResponse) -> QueryAnswer {
        guard let json = try? JSONParser.parse(response.body) else {
            return .error("Prometheus answered HTTP \(response.status), which is no JSON")
        }
        guard response.isSuccess, json["status"]?.string == "success" else {
            let reason = json["error"]?.string ?? "HTTP \(response.status)"
            return .error("Prometheus: \(reason.prefix(300))")
        }
        let result = json["data"]?["result"]
        switch json["data"]?["resultType"]?.string {
        case "scalar": return value(result)
        case "vector":
            let series = result?.array ?? []
            guard series.count <= 1 else {
                return .error("the query answers \(series.count) series; it must answer one")
            }
            return series.first.map { value($0["value"]) } ?? .noData
        case let kind:
            return .error("the query answers a \(kind ?? "thing without type"), not one value")
        }
    }

    /// `[1435781430.781, "0.5"]`; also "NaN", "+Inf" and "-Inf".
    private static func value(_ pair: JSONValue?) -> QueryAnswer {
        guard let text = pair?.array?.last?.string else {
            return .error("Prometheus answered a value that is none")
        }
        switch text {
        case "+Inf": return .value(.infinity)
        case "-Inf": return .value(-.infinity)
        default: return Double(text).map { .value($0) } ?? .error("'\(text)' is no number")
        }
    }
}
