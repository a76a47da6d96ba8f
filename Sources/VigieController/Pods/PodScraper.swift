import Synchronization
import VigieHTTP
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
    private let token: String?
    private let timeout: Duration
    private let cancellation: HTTPCancellation

    /// Pods that are asked at once.
    private static let threads = 8

    /// - Parameters:
    ///   - trust: whom to believe where pods speak TLS.
    ///   - token: for admin ports that ask for one.
    ///   - timeout: for one pod.
    package init(
        trust: HTTPTrust, token: String?, timeout: Duration, agent: String,
        _ cancellation: HTTPCancellation
    ) {
        http = HTTPClient(trust: trust, userAgent: agent)
        self.token = token
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
        var request = HTTPRequest("GET", "\(place.url)/rollouts", timeout: timeout)
        request.connectTimeout = min(timeout, request.connectTimeout)
        request.answerMax = PodReport.bytesMax
        if let token { request.headers["authorization"] = "Bearer \(token)" }
        do throws(HTTPError) {
            let response = try http.send(request, cancellation: cancellation)
            guard response.isSuccess else {
                return .failure(ScrapeFailure(message: "HTTP \(response.status)"))
            }
            do throws(RolloutError) {
                return .success(try PodReport.read(response.body))
            } catch { return .failure(ScrapeFailure(message: "its report \(error)")) }
        } catch { return .failure(ScrapeFailure(message: error.message)) }
    }
}

/// Why a pod told nothing.
package struct ScrapeFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let message: String
    package var description: String { message }
}
