import Glibc

@testable import VigieTransport

/// A server that does exactly what a test says to its one connection, on a thread of its own.
final class RawServer: @unchecked Sendable {
    let address: SocketAddress
    private let listener: Int32
    private var thread = pthread_t()
    private let script: @Sendable (RawPeer) -> Void

    init(_ script: @escaping @Sendable (RawPeer) -> Void) throws {
        listener = try Socket.listen(try SocketAddress.parse("127.0.0.1:0"), backlog: 8)
        address = try Socket.localAddress(listener)
        self.script = script
        // The listener is made non-blocking; this thread is to wait.
        _ = fcntl(listener, F_SETFL, 0)
        pthread_create(
            &thread, nil,
            { raw in
                let server = Unmanaged<RawServer>.fromOpaque(raw!).takeRetainedValue()
                let descriptor = Glibc.accept(server.listener, nil, nil)
                if descriptor >= 0 {
                    server.script(RawPeer(descriptor: descriptor))
                    close(descriptor)
                }
                close(server.listener)
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
    }

    func join() { pthread_join(thread, nil) }
}

/// The other end of a ``RawServer``'s connection; its calls wait.
struct RawPeer {
    let descriptor: Int32

    func send(_ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Waits for the first frame of `type`; nil when the client closes.
    func waitForFrame(_ type: UInt8) -> [UInt8]? {
        while let header = read(9) {
            let count = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
            guard let payload = read(count) else { return nil }
            if header[3] == type { return payload }
        }
        return nil
    }

    /// The client's preface (RFC 9113 §3.4) and our SETTINGS, empty.
    func shakeHands(_ settings: [UInt8] = []) {
        _ = read(24)
        send(Self.frame(4, payload: settings))
        _ = waitForFrame(4)
        send(Self.frame(4, flags: 1))
    }

    /// Waits until the client closes.
    func waitForEnd() { while read(1) != nil {} }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let got = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress! + have, count - have, 0)
            }
            if got <= 0 { return nil }
            have += got
        }
        return bytes
    }

    static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []
    ) -> [UInt8] {
        [
            UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 255), UInt8(payload.count & 255),
            type, flags, UInt8(stream >> 24), UInt8(stream >> 16 & 255), UInt8(stream >> 8 & 255),
            UInt8(stream & 255),
        ] + payload
    }
}
