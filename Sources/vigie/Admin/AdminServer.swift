import Glibc
import Synchronization
import VigieRegistry
import VigieTransport

/// The HTTP/1.1 port for probes, scrapers and people: kubelet, Prometheus, curl, a browser.
///
/// One thread reads and writes all sockets and waits for none of them, so that clients that say nothing,
/// or take nothing, keep no probe waiting: a kubelet restarts a pod that does not answer. Pages are made
/// by a few others. Nothing of it touches a loop.
final class AdminServer: Sendable {
    /// Answers a request with a page; nil is 404.
    typealias Router = @Sendable (_ request: AdminRequest) -> AdminPage?

    /// Where it listens, with the port that the system chose when 0 was asked for.
    let address: SocketAddress
    private let descriptor: Int32
    private let router: Router
    /// Nil for cleartext.
    private let tls: Mutex<TLSContext?>
    private let workers: AdminWorkers
    private let answers = Mutex<[(client: Int, bytes: [UInt8])]>([])
    private let bell: Doorbell

    /// Clients at once; the one that came first goes when there is another.
    private static let clientsMax = 256
    /// How long nobody is accepted when there are no descriptors.
    private static let pause = Duration.milliseconds(50)

    /// - Parameter tls: speaks HTTP/1.1; nil for cleartext.
    init(_ address: SocketAddress, tls: TLSContext?, router: @escaping Router)
        throws(SystemError)
    {
        self.tls = Mutex(tls)
        descriptor = try SideSocket.listen(address)
        self.address = try SideSocket.localAddress(descriptor)
        self.router = router
        workers = try AdminWorkers()
        bell = try Doorbell()
    }

    /// Begins to answer, on threads that live as long as the process.
    func start() {
        workers.start { job in
            let request = job.request
            let page =
                self.router(request) ?? AdminPage(status: 404, text: "no page \(request.path)\n")
            let bytes = page.bytes(withBody: request.method != "HEAD")
            self.answers.withLock { $0.append((job.client, bytes)) }
            self.bell.ring()
        }
        _ = WorkThread(name: "vigie-admin") { self.run() }
    }

    /// Takes another certificate for connections from now on; a port in cleartext stays so.
    func replaceTLS(_ context: TLSContext) {
        tls.withLock { if $0 != nil { $0 = context } }
    }

    // MARK: The thread of all sockets

    private struct Client {
        let number: Int
        var stream: AdminStream
        var connection: AdminConnection
        var isClosed = false

        var events: Int16 {
            if let wanted = stream.wanted { return wanted }
            return switch connection.phase {
            case .reading, .lingering: Int16(POLLIN)
            case .writing: Int16(POLLOUT)
            // Only whether it is gone.
            case .waiting: 0
            }
        }
    }

    private func run() {
        // In the order in which they came.
        var clients: [Client] = []
        var next = 0
        var pausedUntil = MonotonicTime(nanoseconds: 0)
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            var entries = clients.map {
                pollfd(fd: $0.stream.descriptor, events: $0.events, revents: 0)
            }
            entries.append(pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0))
            var now = MonotonicTime.now()
            let isPaused = now < pausedUntil
            if !isPaused {
                entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
            }
            let earliest = clients.map(\.connection.deadline).min() ?? .never
            let until = isPaused ? min(earliest, pausedUntil) : earliest
            poll(&entries, nfds_t(entries.count), Self.milliseconds(until, now))
            now = .now()
            bell.heard()
            for (number, bytes) in takeAnswers() {
                guard let index = clients.firstIndex(where: { $0.number == number }) else {
                    continue
                }
                clients[index].connection.answer(bytes, now)
                write(&clients[index], now)
            }
            for index in clients.indices {
                handle(&clients[index], entries[index].revents, &chunk, now)
            }
            clients.removeAll { client in
                guard client.isClosed || now >= client.connection.deadline else { return false }
                close(client.stream.descriptor)
                return true
            }
            if !isPaused, entries[entries.count - 1].revents != 0 {
                if !accept(&clients, &next, now) { pausedUntil = now.advanced(by: Self.pause) }
            }
        }
    }

    private func takeAnswers() -> [(client: Int, bytes: [UInt8])] {
        answers.withLock { answers in
            let taken = answers
            answers = []
            return taken
        }
    }

    private static func milliseconds(_ until: MonotonicTime, _ now: MonotonicTime) -> Int32 {
        guard until != .never else { return -1 }
        return Int32(clamping: until.since(now).clampedNanoseconds / 1_000_000 + 1)
    }

    /// - Returns: false when there are no descriptors.
    private func accept(_ clients: inout [Client], _ next: inout Int, _ now: MonotonicTime) -> Bool
    {
        while true {
            let client = SideSocket.accept(descriptor)
            guard client >= 0 else { return errno != EMFILE && errno != ENFILE }
            guard let stream = AdminStream(client, tls.withLock { $0 }) else {
                close(client)
                continue
            }
            if clients.count >= Self.clientsMax {
                close(clients.removeFirst().stream.descriptor)
            }
            clients.append(Client(number: next, stream: stream, connection: AdminConnection(now)))
            next += 1
        }
    }

    private func handle(
        _ client: inout Client, _ events: Int16, _ chunk: inout [UInt8], _ now: MonotonicTime
    ) {
        guard events != 0, !client.isClosed else { return }
        switch client.connection.phase {
        case .writing: write(&client, now)
        case .waiting: if events & Int16(POLLERR | POLLHUP) != 0 { client.isClosed = true }
        case .reading, .lingering:
            guard let count = client.stream.read(&chunk) else {
                client.isClosed = true
                return
            }
            guard count > 0 else { return }
            switch client.connection.received(chunk[..<count]) {
            case .none: break
            case .request(let request):
                workers.submit(.init(client: client.number, request: request))
            case .refused(let page):
                client.connection.answer(page.bytes(withBody: true), now)
                write(&client, now)
            }
        }
    }

    private func write(_ client: inout Client, _ now: MonotonicTime) {
        guard let count = client.stream.write(client.connection.unsent) else {
            client.isClosed = true
            return
        }
        if count > 0, client.connection.wrote(count, now) { client.stream.end() }
    }
}
