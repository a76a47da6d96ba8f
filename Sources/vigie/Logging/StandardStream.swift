import Glibc

/// Standard output and error, unbuffered: what is written is seen, also through a pipe.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    func write(_ text: String) { write(Array(text.utf8)) }

    /// Bytes that nobody takes, since the other end has gone, are lost.
    func write(_ bytes: [UInt8]) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(rawValue, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0, errno != EINTR { return }
            written += max(count, 0)
        }
    }
}
