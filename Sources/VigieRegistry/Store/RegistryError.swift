/// What went wrong with a registry, a model or a version of it, and what to do.
package struct RegistryError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// The registry's folder cannot be read.
        case folder
        /// There is no such model or version.
        case notFound
        /// The version is not there whole yet: files missing, or sizes or digests that do not fit.
        case incomplete
        /// The version's files are on their way from a remote registry.
        case fetching
        /// The version is whole and of no use: its manifest, its model file, or its warm-up.
        case refused
        /// The store has been stopped.
        case stopped
    }

    /// What kind of thing was refused, for counting.
    package enum Cause: String, Sendable, CaseIterable {
        /// A signature is required, and there is none.
        case unsigned
        /// A signature does not fit what it should sign, or its key is not trusted.
        case signature
        /// A file has another digest than the manifest says.
        case digest
        /// A file, or all of them, are larger than allowed.
        case size
        /// A name that leads out of the version's folder, or may not be a file's.
        case path
        /// Content in an encoding that is not taken, such as gzip.
        case encoding
        /// Anything else: the manifest, the model, the warm-up, a registry that does not answer.
        case other
    }

    package let reason: Reason
    package let message: String
    package let cause: Cause
    /// Whether it may be gone though no file changes: see ``FileError/isPassing``.
    package let isPassing: Bool

    package init(
        _ reason: Reason, _ message: String, cause: Cause = .other, isPassing: Bool = false
    ) {
        self.reason = reason
        self.message = message
        self.cause = cause
        self.isPassing = isPassing
    }

    package var description: String { message }
}
