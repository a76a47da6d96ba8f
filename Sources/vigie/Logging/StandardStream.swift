import Glibc

/// Standard output and error, unbuffered: what is written is seen, also through a pipe.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Bytes that nobody takes, since the other end has gone, are lost.
    /// - Returns: whether all were taken; else errno says why.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(rawValue, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0, errno != EINTR { return false }
            written += max(count, 0)
        }
        return true
    }
}
