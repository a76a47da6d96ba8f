import Synchronization
import VigieHTTP
import VigieKubernetes
import VigieRegistry
import VigieRollouts

/// Asks pods what they have to tell of rollouts: several at once, each for a short time only.
package final class PodScraper: Sendable {
    /// What one pod said.
    package struct Answer: Sendable {
        package let place: PodPlace
        package let report: Result<PodReport, ScrapeFailure>
    }

    private let http: HTTPClient
    private let credentials: Credentials
    private let serverName: String?
    private let timeout: Duration
    private let cancellation: HTTPCancellation

    /// Pods that are asked at once.
    private static let threads = 8

    /// - Parameters:
    ///   - trust: whom to believe where pods speak TLS.
    ///   - serverName: the name in their certificates; nil for the address that is asked.
    ///   - credentials: for admin ports that ask for a token.
    ///   - timeout: for one pod.
    package init(
        trust: HTTPTrust, serverName: String? = nil, credentials: Credentials,
        timeout: Duration, agent: String, _ cancellation: HTTPCancellation
    ) {
        http = HTTPClient(trust: trust, userAgent: agent)
        self.serverName = serverName
        self.credentials = credentials
        self.timeout = timeout
        self.cancellation = cancellation
    }

    /// Every pod's answer, in the order of the places.
    package func scrape(_ places: [PodPlace]) -> [Answer] {
        let next = Atomic<Int>(0)
        let answers = Mutex([Answer?](repeating: nil, count: places.count))
        withThreads(min(Self.threads, places.count)) {
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < places.count else { return }
                let answer = Answer(place: places[index], report: self.ask(places[index]))
                answers.withLock { $0[index] = answer }
            }
        }
        return answers.withLock { $0 }.compactMap(\.self)
    }

    /// Runs `body` on several threads and waits for all; on this one when there are no others.
    private func withThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
        guard count > 1 else { return body() }
        let threads = (1..<count).compactMap { _ in WorkThread(name: "vigie-scrape", body) }
        body()
        for thread in threads { thread.join() }
    }

    private func ask(_ place: PodPlace) -> Result<PodReport, ScrapeFailure> {
        do throws(ScrapeFailure) { return .success(try report(of: place)) } catch {
            return .failure(error)
        }
    }

    private func report(of place: PodPlace) throws(ScrapeFailure) -> PodReport {
        var response = HTTPResponse(status: 0)
        for attempt in 0..<2 {
            let token: String?
            do throws(KubernetesError) {
                token = try credentials.token(isFresh: attempt > 0)
            } catch { throw ScrapeFailure(message: "--pods-token-file: \(error)") }
            do throws(HTTPError) {
                response = try http.send(request(place, token), cancellation: cancellation)
            } catch { throw ScrapeFailure(error, of: place, within: timeout) }
            // It may have been rotated this moment.
            guard response.status == 401 else { break }
            guard token != nil else {
                throw ScrapeFailure(
                    message: "HTTP 401: its admin port asks for a token: see --pods-token-file")
            }
            guard credentials.canChange else { break }
        }
        guard response.status != 401 else {
            throw ScrapeFailure(
                message: "HTTP 401: its admin port does not take the token of --pods-token-file")
        }
        guard response.isSuccess else {
            throw ScrapeFailure(message: "HTTP \(response.status)")
        }
        do throws(RolloutError) { return try PodReport.read(response.body) } catch {
            throw ScrapeFailure(message: "its report \(error)")
        }
    }

    private func request(_ place: PodPlace, _ token: String?) -> HTTPRequest {
        var url = place.url
        var connectTo: String?
        if let serverName, let (host, port) = place.secured {
            url = "https://\(serverName):\(port)"
            connectTo = "\(host):\(port)"
        }
        var request = HTTPRequest("GET", "\(url)/rollouts", timeout: timeout)
        request.connectTo = connectTo
        request.connectTimeout = min(timeout, request.connectTimeout)
        request.answerMax = PodReport.bytesMax
        if let token { request.headers["authorization"] = "Bearer \(token)" }
        return request
    }
}
