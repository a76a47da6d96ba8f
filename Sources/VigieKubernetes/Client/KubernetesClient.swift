import VigieEngine
import VigieHTTP

/// Speaks to a Kubernetes API server. A call blocks its thread; any number of threads may call.
package final class KubernetesClient: Sendable {
    package let configuration: ClusterConfiguration
    private let http: HTTPClient
    private let agent: String

    /// How long an answer may take; watches have no such limit.
    private static let timeout = Duration.seconds(30)

    /// - Parameter agent: for the server's audit log: "vigie-controller/0.2.0".
    package init(_ configuration: ClusterConfiguration, agent: String) {
        self.configuration = configuration
        self.agent = agent
        http = HTTPClient(trust: configuration.trust, userAgent: agent)
    }

    package func get(_ path: ResourcePath, _ cancellation: HTTPCancellation? = nil)
        throws(KubernetesError) -> JSONValue
    {
        try send("GET", path, cancellation: cancellation)
    }

    package func create(
        _ path: ResourcePath, _ object: JSONValue, _ cancellation: HTTPCancellation? = nil
    ) throws(KubernetesError) -> JSONValue {
        try send("POST", path, body: object, cancellation: cancellation)
    }

    /// Replaces an object; with its `resourceVersion` only if nobody has changed it since.
    package func update(
        _ path: ResourcePath, _ object: JSONValue, _ cancellation: HTTPCancellation? = nil
    ) throws(KubernetesError) -> JSONValue {
        try send("PUT", path, body: object, cancellation: cancellation)
    }

    package enum Patch: Sendable {
        /// JSON Merge Patch (RFC 7386).
        case merge
        /// Server-side apply: the fields of the object belong to this manager, and those that it
        /// applied before and leaves out now are removed. Fields of other managers are taken over.
        case apply(fieldManager: String)
    }

    package func patch(
        _ path: ResourcePath, _ patch: Patch, _ object: JSONValue,
        _ cancellation: HTTPCancellation? = nil
    ) throws(KubernetesError) -> JSONValue {
        switch patch {
        case .merge:
            try send(
                "PATCH", path, body: object, contentType: "application/merge-patch+json",
                cancellation: cancellation)
        case .apply(let manager):
            try send(
                "PATCH", path, query: [("fieldManager", manager), ("force", "true")], body: object,
                contentType: "application/apply-patch+yaml", cancellation: cancellation)
        }
    }

    /// Any request with one answer. A token that the server does not take is read again and tried
    /// once more, since it may have been rotated this moment.
    func send(
        _ method: String, _ path: ResourcePath, query: [(String, String)] = [],
        body: JSONValue? = nil, contentType: String = "application/json",
        cancellation: HTTPCancellation?
    ) throws(KubernetesError) -> JSONValue {
        let asked = "\(method) \(path.path)"
        var response = HTTPResponse(status: 0)
        for attempt in 0..<2 {
            let token = try configuration.credentials.token(isFresh: attempt > 0)
            var request = request(method, path, query, token)
            if let body {
                request.headers["content-type"] = contentType
                request.body = .bytes(Array(JSONWriter.text(body).utf8))
            }
            request.timeout = Self.timeout
            do throws(HTTPError) {
                response = try http.send(request, cancellation: cancellation)
            } catch { throw KubernetesError(error) }
            guard response.status == 401, configuration.credentials.canChange else { break }
        }
        guard response.isSuccess else { throw KubernetesError(response, asked: asked) }
        do throws(JSONError) { return try JSONParser.parse(response.body) } catch {
            throw KubernetesError(
                .malformed, "\(asked): the answer is no JSON: \(error)", status: response.status)
        }
    }

    /// A watch's bytes as they come, until the server ends it.
    /// - Parameter silenceMax: without a byte for so long the connection counts as dead.
    func stream(
        _ path: ResourcePath, query: [(String, String)], silenceMax: Duration,
        cancellation: HTTPCancellation?, receive: (RawSpan) -> Bool
    ) throws(KubernetesError) {
        let token = try configuration.credentials.token(isFresh: false)
        var request = request("GET", path, query, token)
        request.timeout = nil
        request.idleTimeout = silenceMax
        var refusal: [UInt8] = []
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try http.stream(request, cancellation: cancellation) { head, bytes in
                if head.isSuccess { return receive(bytes) }
                bytes.withUnsafeBytes { refusal.append(contentsOf: $0.prefix(65_536)) }
                return refusal.count < 65_536
            }
        } catch { throw KubernetesError(error) }
        guard response.isSuccess else {
            if response.status == 401 { configuration.credentials.forget() }
            throw KubernetesError(
                HTTPResponse(status: response.status, headers: response.headers, body: refusal),
                asked: "GET \(path.path)")
        }
    }

    private func request(
        _ method: String, _ path: ResourcePath, _ query: [(String, String)], _ token: String?
    ) -> HTTPRequest {
        var url = configuration.server + path.path
        if !query.isEmpty { url += "?" + PercentEncoding.query(query) }
        var request = HTTPRequest(method, url, headers: ["accept": "application/json"])
        if let token { request.headers["authorization"] = "Bearer \(token)" }
        return request
    }
}
