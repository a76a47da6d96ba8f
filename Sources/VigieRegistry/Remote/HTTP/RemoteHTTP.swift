import Glibc
import VigieHTTP

/// Requests to a registry's server, tried again where that may help.
struct RemoteHTTP: Sendable {
    let client: HTTPClient
    var retry = RetryPolicy()
    let counters: RemoteCounters
    /// What an answer that is no success means; nil for one that the caller deals with.
    let failure: @Sendable (_ request: HTTPRequest, _ response: HTTPResponse) -> RemoteError?

    /// Bytes of an error's text that are read.
    static let errorBytesMax = 64 << 10

    /// - Parameter make: the request, made (and signed) anew for each try.
    func send(_ cancellation: HTTPCancellation, _ make: () throws(RemoteError) -> HTTPRequest)
        throws(RemoteError) -> HTTPResponse
    {
        var failures = 0
        while true {
            let request = try make()
            let error: RemoteError
            do throws(HTTPError) {
                let response = try client.send(request, cancellation: cancellation)
                guard let problem = failure(request, response) else {
                    counters.count(.answered)
                    return response
                }
                error = problem
            } catch let problem { error = Self.remoteError(problem) }
            counters.count(error.reason == .unavailable ? .unavailable : .refused)
            failures += 1
            guard error.reason == .unavailable, failures < retry.attemptsMax else { throw error }
            try pause(failures: failures, after: error, cancellation)
        }
    }

    /// Reads a body into `sink`. A connection that breaks is taken up where it broke, with the same
    /// entity required; as long as bytes come, it is tried on.
    func download(
        into sink: any DownloadSink, etag: String?, _ cancellation: HTTPCancellation,
        _ make: (_ headers: HTTPHeaders) throws(RemoteError) -> HTTPRequest
    ) throws(RemoteError) {
        var failures = 0
        var received = 0
        while true {
            var headers = HTTPHeaders()
            if received > 0 { headers.add("Range", "bytes=\(received)-") }
            if let etag { headers.add("If-Match", etag) }
            let request = try make(headers)
            let attempt = DownloadAttempt(sink: sink, etag: etag, from: received)
            let error: RemoteError
            do throws(HTTPError) {
                let response = try client.stream(request, cancellation: cancellation) {
                    attempt.receive($0, $1)
                }
                // An empty file comes without a piece that would have been looked at.
                attempt.check(response)
                var answer = response
                answer.body = attempt.errorBody
                if let problem = attempt.problem ?? failure(request, answer) {
                    error = problem
                } else {
                    counters.count(.answered)
                    return
                }
            } catch let problem { error = attempt.problem ?? Self.remoteError(problem) }
            counters.count(error.reason == .unavailable ? .unavailable : .refused)
            failures = attempt.received > received ? 1 : failures + 1
            received = attempt.received
            guard error.reason == .unavailable, failures < retry.attemptsMax else { throw error }
            counters.count(.resumed)
            try pause(failures: failures, after: error, cancellation)
        }
    }

    private func pause(
        failures: Int, after error: RemoteError, _ cancellation: HTTPCancellation
    ) throws(RemoteError) {
        let wait = retry.wait(
            failures: failures, retryAfter: error.retryAfter, random: .random(in: 0...1))
        let end = ContinuousClock.now + wait
        while ContinuousClock.now < end {
            guard !cancellation.isCancelled else { throw RemoteError(.cancelled, "given up") }
            usleep(20_000)
        }
    }

    static func remoteError(_ error: HTTPError) -> RemoteError {
        switch error.reason {
        case .connect, .timeout, .broken: RemoteError(.unavailable, error.message)
        case .tls, .request: RemoteError(.denied, error.message)
        case .tooLarge: RemoteError(.refused(.size), error.message)
        case .cancelled: RemoteError(.cancelled, error.message)
        }
    }

    /// The Retry-After of an answer, in seconds; dates are not read.
    static func retryAfter(_ response: HTTPResponse) -> Duration? {
        guard let text = response.headers["Retry-After"], let seconds = Int(text), seconds >= 0
        else { return nil }
        return .seconds(seconds)
    }
}
