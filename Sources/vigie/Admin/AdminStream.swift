import Glibc
import VigieTransport

/// A connection of the admin port, in cleartext or TLS.
struct AdminStream {
    private let descriptor: Int32
    private let tls: BlockingTLS?

    /// Nil when the peer does not get through the handshake: a port scan, a probe in cleartext.
    /// - Parameter context: nil for cleartext.
    init?(_ descriptor: Int32, _ context: TLSContext?) {
        self.descriptor = descriptor
        guard let context else {
            tls = nil
            return
        }
        guard let tls = try? BlockingTLS(accepting: descriptor, context) else { return nil }
        self.tls = tls
    }

    /// - Returns: how many bytes; 0 or less at the end, after an error or when it takes too long.
    func read(_ room: inout [UInt8]) -> Int {
        if let tls { return room.withUnsafeMutableBytes { tls.read(into: $0) } }
        return recv(descriptor, &room, room.count, 0)
    }

    /// Sends some of what begins at `from`.
    /// - Returns: how many bytes; 0 or less when no more can be sent.
    func write(_ bytes: [UInt8], from: Int) -> Int {
        bytes.withUnsafeBytes {
            let rest = UnsafeRawBufferPointer(rebasing: $0[from...])
            return tls?.write(rest)
                ?? send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// Nothing follows.
    func end() { tls?.close() }
}
