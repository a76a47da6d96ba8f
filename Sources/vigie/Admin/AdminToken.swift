import VigieTransport

/// The bearer token that the admin port asks for (RFC 6750 §2.1).
struct AdminToken: Sendable {
    /// Shorter ones can be guessed.
    static let bytesMin = 16

    private let token: [UInt8]

    /// The content of a file, blanks and line ends around it left out.
    init(file: String) throws(StartFailure) {
        let text: String
        do { text = try TextFile.read(file) } catch {
            throw StartFailure(description: "--admin-token-file: \(error)")
        }
        token = Array(text.trimmingBlanks.utf8)
        guard token.count >= Self.bytesMin, token.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw StartFailure(
                description: "--admin-token-file: \(file) must hold one token of at least "
                    + "\(Self.bytesMin) printable ASCII characters without blanks")
        }
    }

    /// Whether the header is `Bearer` and this token. Takes as long for any token of a length.
    func allows(authorization: String) -> Bool {
        guard authorization.prefix(7).lowercased() == "bearer " else { return false }
        let given = Array(authorization.dropFirst(7).utf8)
        var difference = UInt8(given.count == token.count ? 0 : 1)
        for (index, byte) in token.enumerated() {
            difference |= byte ^ (index < given.count ? given[index] : 0)
        }
        return difference == 0
    }
}

extension String {
    /// Without blanks and line ends around it.
    fileprivate var trimmingBlanks: String {
        let blanks: Set<Character> = [" ", "\t", "\n", "\r", "\r\n"]
        var rest = self[...]
        while let first = rest.first, blanks.contains(first) { rest.removeFirst() }
        while let last = rest.last, blanks.contains(last) { rest.removeLast() }
        return String(rest)
    }
}
