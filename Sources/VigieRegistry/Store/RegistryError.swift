/// What went wrong with a registry, a model or a version of it, and what to do.
package struct RegistryError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// The registry's folder cannot be read.
        case folder
        /// There is no such model or version.
        case notFound
        /// The version is not there whole yet: files missing, or sizes or digests that do not fit.
        case incomplete
        /// The version is whole and of no use: its manifest, its model file, or its warm-up.
        case refused
        /// The store has been stopped.
        case stopped
    }

    package let reason: Reason
    package let message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    package var description: String { message }
}
