import Glibc
import VigieTransport

/// The bytes of one of the admin port's connections, in cleartext or TLS. It never blocks.
struct AdminStream {
    let descriptor: Int32
    private let tls: SideTLS?
    /// What poll(2) has to wait for before the last read or write can go on, if that is another
    /// direction than its own: TLS shakes hands.
    private(set) var wanted: Int16?

    /// - Parameter context: nil for cleartext.
    init?(_ descriptor: Int32, _ context: TLSContext?) {
        self.descriptor = descriptor
        if let context {
            guard let session = try? SideTLS(accepting: descriptor, context) else { return nil }
            tls = session
        } else {
            tls = nil
        }
    }

    /// - Returns: how many bytes were read; 0 for none yet, nil when the peer has gone.
    mutating func read(_ room: inout [UInt8]) -> Int? {
        guard let tls else { return outcome(recv(descriptor, &room, room.count, 0)) }
        return outcome(room.withUnsafeMutableBytes { tls.read(into: $0) }, own: Int16(POLLIN))
    }

    /// - Returns: how many bytes were sent; 0 for none yet, nil when the peer has gone.
    mutating func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { bytes in
            guard let tls else {
                return outcome(
                    send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)))
            }
            return outcome(tls.write(bytes), own: Int16(POLLOUT))
        }
    }

    /// Nothing follows; what the peer sends is still read.
    func end() {
        tls?.close()
        shutdown(descriptor, Int32(SHUT_WR))
    }

    private func outcome(_ count: Int) -> Int? {
        if count > 0 { return count }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : nil
    }

    private mutating func outcome(_ outcome: SideTLS.Outcome, own: Int16) -> Int? {
        wanted = nil
        switch outcome {
        case .bytes(let count): return count
        case .wantsRead: if own != Int16(POLLIN) { wanted = Int16(POLLIN) }
        case .wantsWrite: if own != Int16(POLLOUT) { wanted = Int16(POLLOUT) }
        case .ended: return nil
        }
        return 0
    }
}
