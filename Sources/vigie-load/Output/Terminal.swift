import Glibc

/// Standard output and error.
enum Terminal {
    /// Whether a person watches: then the view is drawn over and over.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    static func print(_ text: String) { _ = write(text, to: STDOUT_FILENO) }
    static func error(_ text: String) { _ = write(text, to: STDERR_FILENO) }

    /// False when not all could be written.
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }
}
