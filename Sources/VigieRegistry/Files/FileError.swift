import Glibc

/// A file or folder that could not be read or written.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was attempted: "open", "read", "rename".
    package let action: String
    package let path: String
    /// The errno; 0 when ``detail`` says what is wrong.
    package let code: Int32
    package let detail: String
    /// Of a refusal.
    package let cause: RegistryError.Cause

    package init(_ action: String, _ path: String, code: Int32 = errno) {
        self.action = action
        self.path = path
        self.code = code
        detail = String(cString: strerror(code))
        cause = .other
    }

    package init(
        _ action: String, _ path: String, detail: String, cause: RegistryError.Cause = .other
    ) {
        self.action = action
        self.path = path
        code = 0
        self.detail = detail
        self.cause = cause
    }

    /// Whether the thing is not there.
    package var isMissing: Bool { code == ENOENT || code == ENOTDIR }

    /// Whether the machine lacked something, or a disk did not answer: the file may be as it should be.
    package var isPassing: Bool {
        [EMFILE, ENFILE, ENOMEM, EIO, ESTALE, ETIMEDOUT, EAGAIN].contains(code)
    }

    package var description: String { "cannot \(action) \(path): \(detail)" }
}
