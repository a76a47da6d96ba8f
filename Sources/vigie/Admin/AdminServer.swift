import Glibc
import VigieTransport

/// The HTTP/1.1 port for probes and people: kubelet, curl, a browser. One thread that serves one
/// short request after the other; nothing of it touches a loop.
final class AdminServer: @unchecked Sendable {
    /// Answers a path with a page; nil is 404.
    typealias Router = @Sendable (_ path: String) -> AdminPage?

    /// Where it listens, with the port that the system chose when 0 was asked for.
    let address: SocketAddress
    private let descriptor: Int32
    private let router: Router

    /// How long a client may take to send its request or to read its answer.
    private static let timeoutSeconds = 2
    /// Longest request head that is read, in bytes.
    private static let headBytesMax = 8192

    init(_ address: SocketAddress, router: @escaping Router) throws(SystemError) {
        descriptor = try BlockingSocket.listen(address)
        self.address = try BlockingSocket.localAddress(descriptor)
        self.router = router
    }

    /// Begins to answer, on a thread that lives as long as the process.
    func start() {
        var thread = pthread_t()
        let this = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { raw in
                Unmanaged<AdminServer>.fromOpaque(raw!).takeRetainedValue().run()
                return nil
            }, this)
        pthread_detach(thread)
    }

    private func run() {
        while true {
            let client = accept(descriptor, nil, nil)
            if client >= 0 {
                BlockingSocket.setTimeouts(client, seconds: Self.timeoutSeconds)
                serve(client)
                close(client)
            } else if errno != EINTR, errno != ECONNABORTED {
                // Out of descriptors: wait for some to be given back.
                usleep(50_000)
            }
        }
    }

    private func serve(_ client: Int32) {
        guard let line = requestLine(client) else { return }
        let parts = line.split(separator: " ")
        guard parts.count == 3, parts[2].hasPrefix("HTTP/1.") else {
            return answer(client, AdminPage(status: 400, text: "not an HTTP/1.1 request\n"), true)
        }
        guard parts[0] == "GET" || parts[0] == "HEAD" else {
            return answer(client, AdminPage(status: 405, text: "only GET and HEAD\n"), true)
        }
        let path = String(parts[1].prefix { $0 != "?" })
        let page = router(path) ?? AdminPage(status: 404, text: "no page \(path)\n")
        answer(client, page, parts[0] == "GET")
    }

    private func requestLine(_ client: Int32) -> String? {
        var head: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1024)
        while head.count < Self.headBytesMax {
            let count = recv(client, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            head.append(contentsOf: chunk[..<count])
            if head.suffix(count + 3).contains(sequence: Array("\r\n\r\n".utf8)) {
                return String(decoding: head.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
            }
        }
        return nil
    }

    private func answer(_ client: Int32, _ page: AdminPage, _ withBody: Bool) {
        var bytes = Array(
            """
            HTTP/1.1 \(page.status) \(page.reason)\r\ncontent-type: \(page.contentType)\r\n\
            content-length: \(page.body.count)\r\ncache-control: no-store\r\n\
            connection: close\r\n\r\n
            """.utf8)
        if withBody { bytes += page.body }
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(client, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}

extension Collection<UInt8> {
    fileprivate func contains(sequence: [UInt8]) -> Bool {
        var rest = self[...]
        while rest.count >= sequence.count {
            if rest.starts(with: sequence) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
