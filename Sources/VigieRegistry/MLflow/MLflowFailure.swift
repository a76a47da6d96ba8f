import VigieEngine
import VigieHTTP

/// What an MLflow server's refusals mean, in words of what to do.
enum MLflowFailure {
    /// Nil for successes.
    static func error(_ request: HTTPRequest, _ response: HTTPResponse) -> RemoteError? {
        if response.isSuccess { return nil }
        let object = (try? JSONParser.parse(response.body, depthMax: 8))?.object
        let code = object?["error_code"]?.string ?? ""
        let message = object?["message"]?.string ?? String(response.text.prefix(200))
        let what = "\(request.method) \(request.url.prefix { $0 != "?" })"
        let told = [code, String(message.prefix(300))].filter { !$0.isEmpty }
        let answer = "\(what): HTTP \(response.status) \(told.joined(separator: ": "))"
        switch (response.status, code) {
        case (_, "RESOURCE_DOES_NOT_EXIST"), (404, _): return RemoteError(.notFound, answer)
        case (401, _):
            return RemoteError(
                .denied,
                "\(answer); set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and "
                    + "MLFLOW_TRACKING_PASSWORD")
        case (403, _):
            return RemoteError(
                .denied,
                "\(answer); the user lacks the right, or the server does not take requests "
                    + "for this host's name (mlflow server --allowed-hosts)")
        case (301...308, _):
            return RemoteError(
                .denied, "\(answer); it is elsewhere: \(response.headers["Location"] ?? "?")")
        case (408, _), (425, _), (429, _), (500..., _):
            return RemoteError(
                .unavailable, answer, retryAfter: RemoteHTTP.retryAfter(response))
        default: return RemoteError(.refused(.other), answer)
        }
    }
}
