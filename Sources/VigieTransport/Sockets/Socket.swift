import CVigieSys
import Glibc

/// The socket calls that the loops make; each throws with the call's name.
enum Socket {
    /// A listening socket that shares its port with the other loops' (SO_REUSEPORT): the kernel
    /// spreads connections over them.
    static func listen(_ address: SocketAddress, backlog: Int32) throws(SystemError) -> Int32 {
        let descriptor = try make(address.family)
        do throws(SystemError) {
            try set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
            try set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)
            if address.withSockaddr({ bind(descriptor, $0, $1) }) != 0 {
                throw SystemError("bind \(address)")
            }
            if Glibc.listen(descriptor, backlog) != 0 { throw SystemError("listen \(address)") }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Begins to connect; the socket turns writable when it is done (see ``pendingError(_:)``).
    static func connect(_ address: SocketAddress) throws(SystemError) -> Int32 {
        let descriptor = try make(address.family)
        setNoDelay(descriptor)
        let code = address.withSockaddr { Glibc.connect(descriptor, $0, $1) }
        if code != 0, errno != EINPROGRESS {
            let error = SystemError("connect \(address)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    static func accept(_ listener: Int32) -> Int32 {
        vigie_accept(listener)
    }

    static func setNoDelay(_ descriptor: Int32) {
        // Failing costs latency only.
        try? set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    static func localAddress(_ descriptor: Int32) throws(SystemError) -> SocketAddress {
        try address("getsockname") { getsockname(descriptor, $0, $1) }
    }

    static func peerAddress(_ descriptor: Int32) throws(SystemError) -> SocketAddress {
        try address("getpeername") { getpeername(descriptor, $0, $1) }
    }

    /// The error of a connect that went on in the background; 0 when it succeeded.
    static func pendingError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
    }

    /// Makes the next close send RST instead of FIN: for peers that are not to be waited for.
    static func setAbortive(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    private static func make(_ family: Int32) throws(SystemError) -> Int32 {
        let kind = Int32(
            SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        return descriptor
    }

    private static func set(
        _ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32
    ) throws(SystemError) {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard setsockopt(descriptor, level, option, &value, size) == 0 else {
            throw SystemError("setsockopt")
        }
    }

    private static func address(
        _ name: String,
        _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) throws(SystemError) -> SocketAddress {
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var bytes = [UInt8](repeating: 0, count: Int(size))
        let code = bytes.withUnsafeMutableBytes {
            call($0.assumingMemoryBound(to: sockaddr.self).baseAddress!, &size)
        }
        guard code == 0 else { throw SystemError(name) }
        return SocketAddress(bytes: Array(bytes.prefix(Int(size))))
    }
}
