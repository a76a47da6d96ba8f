import VigieTransport

/// Which addresses are this machine's own.
enum Loopback {
    static func isLoopback(_ text: String) -> Bool {
        guard let address = try? SocketAddress.parse(text) else { return false }
        return address.host == "::1" || address.host.hasPrefix("127.")
    }
}
