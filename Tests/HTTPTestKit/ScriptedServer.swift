import Glibc
import Synchronization

/// Answers each connection as a script says: what a well-behaved server would never do included.
package final class ScriptedServer: Sendable {
    /// Gets a whole request (head and body) and gives the bytes to answer with; nil closes.
    package typealias Script = @Sendable (_ request: String) -> String?

    package let port: UInt16
    private let listener: Int32
    private let seen = Mutex<(requests: [String], connections: Int)>(([], 0))
    /// Its number may be another socket's once it is closed.
    private let isClosed = Mutex(false)

    package var requests: [String] { seen.withLock { $0.requests } }
    package var connections: Int { seen.withLock { $0.connections } }
    package var url: String { "http://127.0.0.1:\(port)" }

    package init(_ script: @escaping Script) {
        // Processes that other tests start must not keep a connection open that is closed here.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let listener = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, pointer, &size) == 0
            }
        }
        precondition(bound, "no loopback port to be had")
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        let thread = ThreadStart { [self] in serve(script) }
        thread.run()
    }

    package func stop() {
        isClosed.withLock { isClosed in
            if !isClosed { shutdown(listener, Int32(SHUT_RDWR)) }
        }
    }

    private func serve(_ script: Script) {
        while true {
            let connection = accept(listener, nil, nil)
            if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
            guard connection >= 0 else { break }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            seen.withLock { $0.connections += 1 }
            while let request = readRequest(connection) {
                seen.withLock { $0.requests.append(request) }
                guard let answer = script(request) else { break }
                _ = answer.withCString {
                    send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL))
                }
                if answer.contains("Connection: close") { break }
            }
            close(connection)
        }
        isClosed.withLock { isClosed in
            isClosed = true
            close(listener)
        }
    }

    private func readRequest(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let head = text[..<end.upperBound]
                let length =
                    head.lowercased().split(separator: "\r\n")
                    .first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).filter { $0 != " " }) } ?? 0
                if bytes.count >= head.utf8.count + length { return text }
            }
            let count = recv(connection, &room, room.count, 0)
            guard count > 0 else { return nil }
            bytes += room[..<count]
        }
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<String.Index>? { ranges(of: part).first }
}

/// A detached thread.
private struct ThreadStart {
    let body: @Sendable () -> Void

    func run() {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                // Retained below, for this thread alone.
                Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(thread)
    }
}
