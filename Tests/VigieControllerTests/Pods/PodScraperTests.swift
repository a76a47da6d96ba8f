import Glibc
import HTTPTestKit
import Testing
import VigieHTTP
import VigieKubernetes

@testable import VigieController

@Suite struct PodScraperTests {
    private static let report = #"{"pod":"p","rollouts":[]}"#

    private static func answer(_ body: String, status: String = "200 OK") -> String {
        "HTTP/1.1 \(status)\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func scrape(_ url: String, _ credentials: Credentials = Credentials()) -> String? {
        let scraper = PodScraper(
            trust: HTTPTrust(), credentials: credentials, timeout: .seconds(300), agent: "test",
            HTTPCancellation())
        let answers = scraper.scrape([PodPlace(name: "p", url: url)])
        guard case .failure(let failure)? = answers.first?.report else { return nil }
        return failure.message
    }

    @Test(arguments: [
        ("https://10.0.0.1:8501", "10.0.0.1", "8501"),
        ("https://[fd00::1]:8501", "[fd00::1]", "8501"),
        ("https://pod.svc", "pod.svc", "443"), ("https://[fd00::1]", "[fd00::1]", "443"),
    ]) func a_secured_pod_has_a_place(url: String, host: String, port: String) {
        let place = PodPlace(name: "p", url: url).secured
        #expect(place?.host == host[...] && place?.port == port[...])
    }

    @Test func a_pod_without_tls_has_none() {
        #expect(PodPlace(name: "p", url: "http://10.0.0.1:8501").secured == nil)
    }

    @Test func the_same_cause_has_the_same_words_each_time() {
        let closed = ScriptedServer { _ in nil }
        let broken = scrape(closed.url)
        #expect(broken?.contains("does it speak TLS?") == true, "\(broken ?? "")")
        #expect(broken == scrape(closed.url))
        closed.stop()
        // Port 1 (tcpmux) is nobody's.
        let first = scrape("http://127.0.0.1:1")
        #expect(first == "http://127.0.0.1:1: nobody listens there")
    }

    @Test func who_is_asked_for_a_token_is_told_which() {
        let server = ScriptedServer { _ in Self.answer("", status: "401 Unauthorized") }
        defer { server.stop() }
        #expect(scrape(server.url)?.contains("asks for a token: see --pods-token-file") == true)
        let wrong = scrape(server.url, Credentials(token: "wrong"))
        #expect(wrong?.contains("does not take the token of --pods-token-file") == true)
        #expect(server.requests.count == 2, "what cannot change is not tried again")
    }

    @Test func a_token_that_was_rotated_is_read_again() throws {
        var name = Array("/tmp/vigie-pods-XXXXXX\0".utf8CString)
        let folder = String(cString: mkdtemp(&name))
        defer {
            unlink("\(folder)/token")
            rmdir(folder)
        }
        let server = ScriptedServer { request in
            request.contains("Bearer second\r\n")
                ? Self.answer(Self.report) : Self.answer("", status: "401 Unauthorized")
        }
        defer { server.stop() }
        try SmallFile.replace("\(folder)/token", Array("first".utf8))
        let credentials = Credentials(tokenFile: "\(folder)/token")
        #expect(scrape(server.url, credentials) != nil)
        try SmallFile.replace("\(folder)/token", Array("second".utf8))
        #expect(scrape(server.url, credentials) == nil)
        unlink("\(folder)/token")
        let none = scrape(server.url, Credentials(tokenFile: "\(folder)/token"))
        #expect(none?.hasPrefix("--pods-token-file: \(folder)/token") == true)
    }
}
