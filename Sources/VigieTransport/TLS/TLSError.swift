import COpenSSL
import Glibc

/// TLS that could not be set up or went wrong, in OpenSSL's words.
package struct TLSError: Error, CustomStringConvertible {
    package let context: String
    package let reason: String

    /// Takes the oldest entry of OpenSSL's error queue of this thread, which is the cause ("No such
    /// file or directory", "no start line") of the later ones ("system lib", "PEM lib"), and empties
    /// the queue.
    init(_ context: String) {
        self.context = context
        let cause = ERR_get_error()
        ERR_clear_error()
        if cause == 0 {
            reason = "no reason given"
        } else if cause & Self.systemFlag != 0 {
            reason = String(cString: strerror(Int32(truncatingIfNeeded: cause & 0x7fff_ffff)))
        } else {
            var text = [CChar](repeating: 0, count: 256)
            ERR_error_string_n(cause, &text, text.count)
            reason = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        }
    }

    /// `ERR_SYSTEM_FLAG`, a macro that Swift does not import: the other bits are an `errno`.
    private static let systemFlag: UInt = 0x8000_0000

    init(_ context: String, reason: String) {
        self.context = context
        self.reason = reason
    }

    package var description: String { "\(context): \(reason)" }
}
