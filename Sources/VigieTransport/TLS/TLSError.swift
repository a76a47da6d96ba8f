import COpenSSL

/// TLS that could not be set up or went wrong, in OpenSSL's words.
package struct TLSError: Error, CustomStringConvertible {
    package let context: String
    package let reason: String

    /// Takes the newest entry of OpenSSL's error queue of this thread, and empties the queue.
    init(_ context: String) {
        self.context = context
        var latest: UInt = 0
        while true {
            let next = ERR_get_error()
            if next == 0 { break }
            latest = next
        }
        var text = [CChar](repeating: 0, count: 256)
        if latest != 0 { ERR_error_string_n(latest, &text, text.count) }
        reason =
            latest == 0
            ? "no reason given"
            : text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    init(_ context: String, reason: String) {
        self.context = context
        self.reason = reason
    }

    package var description: String { "\(context): \(reason)" }
}
