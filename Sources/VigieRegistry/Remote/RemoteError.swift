/// Why a remote registry did not do what was asked.
package struct RemoteError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// It does not answer, or says that it cannot now: the same request may succeed later.
        case unavailable
        /// It knows who asks, or does not, and refuses: credentials, rights, clocks.
        case denied
        /// There is no such thing.
        case notFound
        /// The thing is another than the one that was listed.
        case changed
        /// What it gave is of no use.
        case refused(RegistryError.Cause)
        /// We are stopping.
        case cancelled
    }

    package let reason: Reason
    package let message: String
    /// How long the server asks to be left alone.
    package var retryAfter: Duration?

    package init(_ reason: Reason, _ message: String, retryAfter: Duration? = nil) {
        self.reason = reason
        self.message = message
        self.retryAfter = retryAfter
    }

    package var description: String { message }

    /// As a store sees it when a version's files cannot be had.
    var registryError: RegistryError {
        switch reason {
        case .refused(let cause): RegistryError(.refused, message, cause: cause)
        case .unavailable, .denied, .notFound, .changed, .cancelled:
            RegistryError(.incomplete, message)
        }
    }

    /// As a command sees it that writes.
    var writingError: RegistryError {
        guard case .refused(let cause) = reason else { return RegistryError(.folder, message) }
        return RegistryError(.refused, message, cause: cause)
    }

    /// What `body` gives, or its error as one of these.
    static func wrapping<Result>(_ body: () throws(RegistryError) -> Result) throws(RemoteError)
        -> Result
    {
        do { return try body() } catch {
            throw RemoteError(.refused(error.cause), error.message)
        }
    }
}
