import Glibc

/// An IPv4 or IPv6 address and port, or what `HOST:PORT` was resolved to.
package struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case malformed(String)
        case unresolved(String, reason: String)

        package var description: String {
            switch self {
            case .malformed(let text):
                "'\(text)' is not an address: write HOST:PORT, for example 127.0.0.1:8500 or [::1]:8500"
            case .unresolved(let host, let reason): "cannot resolve '\(host)': \(reason)"
            }
        }
    }

    private let storage: [UInt8]
    package let host: String
    package let port: UInt16

    var family: Int32 { Int32(storage.withUnsafeBytes { $0.load(as: sa_family_t.self) }) }

    /// Reads `HOST:PORT`, `[IPV6]:PORT` or `:PORT` (all interfaces). Names are looked up, which may
    /// block: never on a loop's thread.
    package static func parse(_ text: String) throws(Failure) -> SocketAddress {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw .malformed(text) }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw .malformed(text)
        }
        return try resolve(host: host.isEmpty ? "0.0.0.0" : host, port: port)
    }

    static func resolve(host: String, port: UInt16) throws(Failure) -> SocketAddress {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, let first = list else {
            throw .unresolved(host, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(list) }
        let bytes = UnsafeRawBufferPointer(
            start: first.pointee.ai_addr, count: Int(first.pointee.ai_addrlen))
        return SocketAddress(bytes: Array(bytes))
    }

    init(bytes: [UInt8]) {
        storage = bytes
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        _ = bytes.withUnsafeBytes { raw in
            getnameinfo(
                raw.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(raw.count),
                &name, socklen_t(name.count), &service, socklen_t(service.count),
                NI_NUMERICHOST | NI_NUMERICSERV)
        }
        host = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        port = UInt16(service.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }) ?? 0
    }

    func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        storage.withUnsafeBytes { raw in
            // Storage always holds a whole sockaddr, which getaddrinfo or the kernel filled.
            body(raw.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t(raw.count))
        }
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
