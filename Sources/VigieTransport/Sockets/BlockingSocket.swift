import Glibc

/// A plain blocking listening socket, for ports that serve people and probes beside the loops.
package enum BlockingSocket {
    package static func listen(_ address: SocketAddress) throws(SystemError) -> Int32 {
        let descriptor = try Socket.listen(address, backlog: 64)
        let flags = fcntl(descriptor, F_GETFL)
        guard fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) == 0 else {
            throw SystemError("fcntl")
        }
        return descriptor
    }

    package static func localAddress(_ descriptor: Int32) throws(SystemError) -> SocketAddress {
        try Socket.localAddress(descriptor)
    }

    /// How long reads and writes may block.
    package static func setTimeouts(_ descriptor: Int32, seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
    }
}
