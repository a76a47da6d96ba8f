import Glibc
import VigieCrypto
import VigieEngine
import VigieHTTP

/// MLflow's REST API (version 2.0) and its proxied artifacts. Any thread that may block.
///
/// Credentials are those of MLflow's own clients: `MLFLOW_TRACKING_TOKEN`, or
/// `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`.
package struct MLflowClient: Sendable {
    package let address: MLflowAddress
    private let http: RemoteHTTP
    private let variable: @Sendable (String) -> String?

    package init(
        _ address: MLflowAddress, counters: RemoteCounters = RemoteCounters(),
        retry: RetryPolicy = RetryPolicy(),
        variable: @escaping @Sendable (String) -> String? = {
            getenv($0).map { String(cString: $0) }
        }
    ) {
        self.address = address
        self.variable = variable
        var trust = HTTPTrust()
        trust.authorities = address.authorities.map { .file($0) }
        http = RemoteHTTP(
            client: HTTPClient(trust: trust), retry: retry, counters: counters,
            failure: { MLflowFailure.error($0, $1) })
    }

    package var place: String { "mlflow+\(address.server)" }

    /// Asks the API.
    package func get(
        _ path: String, query: [(name: String, value: String)], _ cancellation: HTTPCancellation
    ) throws(RemoteError) -> JSONObject {
        let text = SigV4.queryText(query)
        let suffix = text.isEmpty ? "" : "?\(text)"
        return try call("GET", "/api/2.0/\(path)\(suffix)", nil, cancellation)
    }

    /// Tells the API.
    package func post(
        _ path: String, _ body: JSONValue, method: String = "POST",
        _ cancellation: HTTPCancellation
    ) throws(RemoteError) -> JSONObject {
        try call(method, "/api/2.0/\(path)", body, cancellation)
    }

    private func call(
        _ method: String, _ path: String, _ body: JSONValue?, _ cancellation: HTTPCancellation
    ) throws(RemoteError) -> JSONObject {
        let response = try http.send(cancellation) {
            var request = request(method, path)
            if let body {
                request.headers.add("Content-Type", "application/json")
                request.body = .bytes(Array(JSONWriter.text(body).utf8))
            }
            return request
        }
        let bytes = response.body
        guard !bytes.isEmpty else { return Self.empty }
        guard let object = (try? JSONParser.parse(bytes, depthMax: 32))?.object else {
            throw RemoteError(
                .refused(.other),
                "\(address.server)\(path.prefix { $0 != "?" }) answers with no JSON object: "
                    + "is this an MLflow server?")
        }
        return object
    }

    private static var empty: JSONObject {
        // An object without members has none twice.
        JSONObject([])!
    }

    /// Reads a proxied artifact.
    package func download(
        _ path: String, _ sink: any DownloadSink, _ cancellation: HTTPCancellation
    ) throws(RemoteError) {
        try http.download(into: sink, etag: nil, cancellation) { headers in
            var request = request("GET", Self.artifactPath(path))
            for field in headers.fields { request.headers.add(field.name, field.value) }
            // However large the file: only silence counts.
            request.timeout = nil
            return request
        }
    }

    /// Writes a proxied artifact.
    package func upload(
        _ path: String, _ body: HTTPRequest.Body, _ cancellation: HTTPCancellation
    ) throws(RemoteError) {
        _ = try http.send(cancellation) {
            var request = request("PUT", Self.artifactPath(path))
            request.headers.add("Content-Type", "application/octet-stream")
            request.body = body
            request.timeout = nil
            return request
        }
    }

    private static func artifactPath(_ path: String) -> String {
        "/api/2.0/mlflow-artifacts/artifacts/" + PercentEncoding.encode(path, keepsSlash: true)
    }

    private func request(_ method: String, _ path: String) -> HTTPRequest {
        var request = HTTPRequest(method, address.server + path)
        if let token = filled("MLFLOW_TRACKING_TOKEN") {
            request.headers.add("Authorization", "Bearer \(token)")
        } else if let user = filled("MLFLOW_TRACKING_USERNAME") {
            let pair = "\(user):\(filled("MLFLOW_TRACKING_PASSWORD") ?? "")"
            request.headers.add("Authorization", "Basic \(Base64.encode(Array(pair.utf8)))")
        }
        return request
    }

    private func filled(_ name: String) -> String? {
        variable(name).flatMap { $0.isEmpty ? nil : $0 }
    }
}
