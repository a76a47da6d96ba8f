import Glibc
import Synchronization
import HTTPTestKit
import Testing

@testable import VigieHTTP

@Suite("HTTP client")
struct HTTPClientTests {
    let client = HTTPClient(userAgent: "vigie-test/1")

    private func server(_ answer: String) -> ScriptedServer { ScriptedServer { _ in answer } }

    @Test("an answer is its status, its fields in any case, and its body")
    func answer() throws {
        let server = server(
            "HTTP/1.1 404 Not Found\r\nETag:  \"a:b\" \r\nContent-Length: 5\r\n\r\nhello")
        defer { server.stop() }
        let response = try client.send(HTTPRequest("GET", server.url + "/a/../b?c=d"))
        #expect(response.status == 404)
        #expect(!response.isSuccess)
        #expect(response.headers["etag"] == "\"a:b\"")
        #expect(response.text == "hello")
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("GET /a/../b?c=d HTTP/1.1\r\n"), "the path is sent as it is")
        #expect(request.contains("User-Agent: vigie-test/1\r\n"))
    }

    @Test("chunks are put together, and a connection is used again")
    func reuse() throws {
        let server = server(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        defer { server.stop() }
        for _ in 0..<3 { #expect(try client.send(HTTPRequest("GET", server.url)).text == "abcde") }
        #expect(server.connections == 1)
    }

    @Test("a redirect is an answer like others")
    func redirect() throws {
        let server = server(
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        let response = try client.send(HTTPRequest("GET", server.url))
        #expect(response.status == 302)
        #expect(response.headers["location"] == "http://127.0.0.1:1/")
    }

    @Test("only the last answer's fields count after an informational one")
    func informational() throws {
        let server = server(
            "HTTP/1.1 103 Early Hints\r\nX-A: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-B: 2\r\nContent-Length: 0\r\n\r\n"
        )
        defer { server.stop() }
        let response = try client.send(HTTPRequest("GET", server.url))
        #expect(response.status == 200)
        #expect(response.headers["x-a"] == nil)
        #expect(response.headers["x-b"] == "2")
    }

    @Test(
        "bodies arrive whole, from memory, empty and from a file",
        arguments: ["PUT", "POST", "PATCH"])
    func bodies(method: String) throws {
        let server = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        let path = "/tmp/vigie-http-\(getpid())-\(method)"
        let file = try #require(fopen(path, "w"))
        fputs("from a file", file)
        fclose(file)
        defer { unlink(path) }
        for body in [
            HTTPRequest.Body.bytes(Array("from memory".utf8)), .bytes([]), .file(path: path),
        ] {
            _ = try client.send(HTTPRequest(method, server.url, body: body))
        }
        let requests = server.requests
        #expect(requests.count == 3)
        #expect(requests.allSatisfy { $0.hasPrefix("\(method) / ") })
        #expect(requests[0].hasSuffix("\r\n\r\nfrom memory"))
        #expect(requests[1].hasSuffix("\r\n\r\n") && requests[1].contains("Content-Length: 0"))
        #expect(requests[2].hasSuffix("\r\n\r\nfrom a file"))
        #expect(requests.allSatisfy { !$0.contains("Expect:") })
    }

    @Test("an answer that is cut is broken, however much of it came")
    func cut() {
        let server = server(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 50\r\n\r\nhalf")
        defer { server.stop() }
        var received = 0
        let error = #expect(throws: HTTPError.self) {
            try client.stream(HTTPRequest("GET", server.url)) { _, bytes in
                received += bytes.byteCount
                return true
            }
        }
        #expect(error?.reason == .broken)
        #expect(error?.isTransient == true)
        #expect(received == 4)
    }

    @Test("what is no HTTP is broken")
    func noise() {
        let server = server("\0\u{1}\u{2} nonsense\r\nConnection: close\r\n\r\n")
        defer { server.stop() }
        let error = #expect(throws: HTTPError.self) {
            try client.send(HTTPRequest("GET", server.url))
        }
        #expect(error?.reason == .broken)
    }

    @Test("an answer over the limit is refused")
    func tooLarge() throws {
        let server = server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")
        defer { server.stop() }
        var request = HTTPRequest("GET", server.url)
        request.answerMax = 9
        let error = #expect(throws: HTTPError.self) { try client.send(request) }
        #expect(error?.reason == .tooLarge)
        request.answerMax = 10
        #expect(try client.send(request).body.count == 10)
    }

    @Test("nobody listening, no URL and no such scheme are told apart")
    func unreachable() {
        let closed = server("")
        closed.stop()
        usleep(20_000)
        let reasons = ["http://127.0.0.1:\(closed.port)/", "http://", "file:///etc/passwd"].map {
            url in
            #expect(throws: HTTPError.self) { try client.send(HTTPRequest("GET", url)) }?.reason
        }
        #expect(reasons == [.connect, .request, .request])
    }

    @Test("a line break in a header is refused before anything is sent")
    func injection() {
        let server = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        let error = #expect(throws: HTTPError.self) {
            try client.send(HTTPRequest("GET", server.url, headers: ["x-a": "1\r\nx-b: 2"]))
        }
        #expect(error?.reason == .request)
        #expect(server.connections == 0)
    }

    @Test("a server that says nothing is given up after the request's time")
    func timeout() {
        let server = server("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
        defer { server.stop() }
        let error = #expect(throws: HTTPError.self) {
            try client.send(HTTPRequest("GET", server.url, timeout: .milliseconds(100)))
        }
        #expect(error?.reason == .timeout)
    }

    @Test("a cancelled request ends at once, and those that begin later do not begin")
    func cancellation() {
        let isAsked = Mutex(false)
        let server = ScriptedServer { _ in
            isAsked.withLock { $0 = true }
            return "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
        }
        defer { server.stop() }
        let cancellation = HTTPCancellation()
        var request = HTTPRequest("GET", server.url, timeout: nil)
        request.idleTimeout = nil
        let reason = Mutex<HTTPError.Reason?>(nil)
        let waiting = Waiting { [client, request] in
            do throws(HTTPError) {
                _ = try client.send(request, cancellation: cancellation)
            } catch { reason.withLock { $0 = error.reason } }
        }
        while !isAsked.withLock({ $0 }) { usleep(1000) }
        cancellation.cancel()
        waiting.join()
        #expect(reason.withLock { $0 } == .cancelled)
        let error = #expect(throws: HTTPError.self) {
            try client.send(request, cancellation: cancellation)
        }
        #expect(error?.reason == .cancelled)
        #expect(server.requests.count == 1)
    }

    @Test("a receiver that wants no more ends the request")
    func refused() {
        let server = server("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd")
        defer { server.stop() }
        let error = #expect(throws: HTTPError.self) {
            try client.stream(HTTPRequest("GET", server.url)) { _, _ in false }
        }
        #expect(error?.reason == .cancelled)
    }
}

/// A thread to wait for.
private final class Waiting: @unchecked Sendable {
    private var thread = pthread_t()
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
        pthread_create(
            &thread, nil,
            { argument in
                // Retained below, for this thread alone.
                Unmanaged<Waiting>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
    }

    func join() { pthread_join(thread, nil) }
}
