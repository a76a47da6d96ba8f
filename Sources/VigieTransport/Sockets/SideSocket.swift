import Glibc

/// Sockets for ports that serve people and probes beside the loops; none of these calls waits.
package enum SideSocket {
    package static func listen(_ address: SocketAddress) throws(SystemError) -> Int32 {
        try Socket.listen(address, backlog: 128)
    }

    package static func localAddress(_ descriptor: Int32) throws(SystemError) -> SocketAddress {
        try Socket.localAddress(descriptor)
    }

    /// The next connection; negative, with errno, when there is none.
    package static func accept(_ listener: Int32) -> Int32 { Socket.accept(listener) }
}
