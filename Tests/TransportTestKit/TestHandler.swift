import Glibc
import Synchronization
import VigieTransport

/// Makes and keeps the streams of one loop.
package final class TestHandler: HTTPHandler {
    /// For `/stats`, which reports on the whole server.
    package static let server = Mutex<HTTPServer?>(nil)
    let loop: EventLoop
    private var pool: [TestStream] = []
    /// Streams between opening and closing.
    package private(set) var live = 0

    package init(loop: EventLoop) { self.loop = loop }

    package override func makeStream() -> HTTPStream? {
        live += 1
        return pool.popLast() ?? TestStream(self)
    }

    package override func recycle(_ stream: HTTPStream) {
        live -= 1
        let stream = unsafeDowncast(stream, to: TestStream.self)
        if pool.count < 1024 { pool.append(stream) }
    }
}

/// Answers by path:
/// `/` a short body; `/echo` the request's body, with back-pressure both ways; `/bytes/N` N bytes from a
/// producer that honours `isWritable`; `/flood/N` N bytes at once; `/wait/MS` a short body later;
/// `/hold` reads nothing for as long as it lives; `/peer` who the client is; `/stats` counts.
package final class TestStream: HTTPStream, TimerTarget {
    private enum Job: Equatable {
        case short, echo, hold, later
        case produce(left: Int)
        case other(String)
    }

    private static let head = PreparedHeaders([
        HeaderField(":status", "200"), HeaderField("content-type", "text/plain"),
    ])
    private static let notFound = PreparedHeaders([
        HeaderField(":status", "404"), HeaderField("content-type", "text/plain"),
    ])
    private static let shortBody: StaticString = "Hello, world!\n"
    private static let block = [UInt8](repeating: 0x78, count: 16 * 1024)

    private unowned let handler: TestHandler
    private var job = Job.short
    private var isAnswered = false

    init(_ handler: TestHandler) { self.handler = handler }

    package override func header(name: RawSpan, value: RawSpan) {
        guard name.byteCount == 5, name.withUnsafeBytes({ $0.elementsEqual(":path".utf8) }) else {
            return
        }
        if value.byteCount == 1 {
            job = .short
        } else {
            job = .other(value.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
        }
    }

    package override func headersComplete(endStream: Bool) {
        isAnswered = false
        if case .other(let path) = job { choose(path) }
        switch job {
        case .echo:
            expectsWholeRequest = false
            sendHeaders(.prepared(Self.head))
        case .hold:
            expectsWholeRequest = false
            pauseReading()
        default: expectsWholeRequest = true
        }
    }

    private func choose(_ path: String) {
        let parts = path.split(separator: "/")
        let number = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        switch parts.first {
        case "echo": job = .echo
        case "hold": job = .hold
        case "bytes": job = .produce(left: number)
        case "flood", "peer", "stats": job = .other(path)
        case "wait":
            job = .later
            handler.loop.schedule(
                self, at: handler.loop.now.advanced(by: .milliseconds(number)), token: generation)
        default: job = .short
        }
    }

    package override func data(_ bytes: RawSpan) {
        guard job == .echo else { return }
        write(bytes)
        if !isWritable { pauseReading() }
    }

    package override func becameWritable() {
        switch job {
        case .echo: resumeReading()
        case .produce: produce()
        default: break
        }
    }

    package override func endOfStream() {
        switch job {
        case .short: answerShort()
        case .echo: finish(trailers: nil)
        case .hold, .later: break
        case .produce:
            sendHeaders(.prepared(Self.head))
            produce()
        case .other(let path): answer(path)
        }
    }

    package func timerFired(token: UInt64, now: MonotonicTime) {
        if isOpen, token == generation, job == .later { answerShort() }
    }

    private func answerShort() {
        guard !isAnswered else { return }
        isAnswered = true
        sendHeaders(.prepared(Self.head))
        Self.shortBody.withUTF8Buffer { write(UnsafeRawBufferPointer($0).bytes) }
        finish(trailers: nil)
    }

    private func produce() {
        guard case .produce(var left) = job else { return }
        while left > 0, isWritable {
            let count = min(left, Self.block.count)
            write(Self.block.span.bytes.extracting(first: count))
            left -= count
        }
        job = .produce(left: left)
        if left == 0 { finish(trailers: nil) }
    }

    private func answer(_ path: String) {
        let parts = path.split(separator: "/")
        switch parts.first {
        case "flood":
            sendHeaders(.prepared(Self.head))
            let count = Int(parts.last ?? "") ?? 0
            write(count: count) { room in
                memset(room.baseAddress!, 0x78, count)
                return count
            }
            finish(trailers: nil)
        case "peer": send("\(connection.peerIdentity.map(String.init(describing:)) ?? "nobody")\n")
        case "stats":
            let server = TestHandler.server.withLock { $0 }
            send("live \(handler.live)\n\(server?.counters.description ?? "")\n")
        default: sendHeaders(.prepared(Self.notFound), endStream: true)
        }
    }

    private func send(_ text: String) {
        sendHeaders(.prepared(Self.head))
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0).bytes) }
        finish(trailers: nil)
    }
}
