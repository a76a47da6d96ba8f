import Glibc
import Synchronization
import VigieTransport

/// The HTTP/1.1 port for probes, scrapers and people: kubelet, Prometheus, curl, a browser. A few
/// threads, each of which serves one short request after the other; nothing of it touches a loop.
final class AdminServer: Sendable {
    /// Answers a request with a page; nil is 404.
    typealias Router = @Sendable (_ request: AdminRequest) -> AdminPage?

    /// Where it listens, with the port that the system chose when 0 was asked for.
    let address: SocketAddress
    private let descriptor: Int32
    private let router: Router
    /// Nil for cleartext.
    private let tls: Mutex<TLSContext?>

    /// Requests that are served at once: a scrape, or a client that dawdles, keeps no probe waiting.
    private static let threads = 4
    /// How long a client may take for each read or write.
    private static let timeoutSeconds = 2
    /// How long a client may take to send its request.
    private static let requestTime: Duration = .seconds(5)
    /// Longest request head and body that are read, in bytes.
    private static let headBytesMax = 16_384
    private static let bodyBytesMax = 4096

    /// - Parameter tls: speaks HTTP/1.1; nil for cleartext.
    init(_ address: SocketAddress, tls: TLSContext?, router: @escaping Router)
        throws(SystemError)
    {
        self.tls = Mutex(tls)
        descriptor = try BlockingSocket.listen(address)
        self.address = try BlockingSocket.localAddress(descriptor)
        self.router = router
    }

    /// Begins to answer, on threads that live as long as the process.
    func start() {
        for _ in 0..<Self.threads {
            var thread = pthread_t()
            let this = Unmanaged.passRetained(self).toOpaque()
            pthread_create(
                &thread, nil,
                { raw in
                    // Set two lines above.
                    Unmanaged<AdminServer>.fromOpaque(raw!).takeRetainedValue().run()
                    return nil
                }, this)
            pthread_detach(thread)
        }
    }

    /// Takes another certificate for connections from now on; a port in cleartext stays so.
    func replaceTLS(_ context: TLSContext) {
        tls.withLock { if $0 != nil { $0 = context } }
    }

    private func run() {
        while true {
            let client = accept(descriptor, nil, nil)
            if client >= 0 {
                BlockingSocket.setTimeouts(client, seconds: Self.timeoutSeconds)
                if let stream = AdminStream(client, tls.withLock { $0 }) {
                    serve(stream)
                    stream.end()
                }
                close(client)
            } else if errno != EINTR, errno != ECONNABORTED {
                // Out of descriptors: wait for some to be given back.
                usleep(50_000)
            }
        }
    }

    private func serve(_ client: AdminStream) {
        switch read(client) {
        case .gone: return
        case .tooLarge:
            answer(client, AdminPage(status: 413, text: "the request is too large\n"), true)
        case .malformed:
            answer(client, AdminPage(status: 400, text: "not an HTTP/1.1 request\n"), true)
        case .request(let request):
            let page =
                router(request) ?? AdminPage(status: 404, text: "no page \(request.path)\n")
            answer(client, page, request.method != "HEAD")
        }
    }

    private enum Reading {
        case gone
        case tooLarge
        case malformed
        case request(AdminRequest)
    }

    private func read(_ client: AdminStream) -> Reading {
        let deadline = MonotonicTime.now().advanced(by: Self.requestTime)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 2048)
        var headEnd: Int?
        var bodyCount = 0
        while true {
            if headEnd == nil, let end = bytes.headEnd {
                headEnd = end
                guard let request = AdminRequest(head: Array(bytes[..<end]), body: []) else {
                    return .malformed
                }
                bodyCount = Int(request.header("content-length")) ?? 0
                guard (0...Self.bodyBytesMax).contains(bodyCount) else { return .tooLarge }
            }
            if let headEnd, bytes.count >= headEnd + bodyCount {
                let body = Array(bytes[headEnd..<headEnd + bodyCount])
                return AdminRequest(head: Array(bytes[..<headEnd]), body: body)
                    .map { .request($0) } ?? .malformed
            }
            guard headEnd != nil || bytes.count < Self.headBytesMax else { return .tooLarge }
            let count = client.read(&chunk)
            guard count > 0, MonotonicTime.now() < deadline else { return .gone }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    private func answer(_ client: AdminStream, _ page: AdminPage, _ withBody: Bool) {
        var bytes = Array(page.head.utf8)
        if withBody { bytes += page.body }
        var sent = 0
        while sent < bytes.count {
            let count = client.write(bytes, from: sent)
            guard count > 0 else { return }
            sent += count
        }
    }
}

extension [UInt8] {
    /// Where the body begins, behind the blank line; nil while that is not there.
    fileprivate var headEnd: Int? {
        guard count >= 4 else { return nil }
        for index in 0...(count - 4)
        where self[index] == 13 && self[index + 1] == 10 && self[index + 2] == 13
            && self[index + 3] == 10
        {
            return index + 4
        }
        return nil
    }
}
