/// Why an artifact was refused at load.
public struct LoadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    public enum Reason: Sendable, Equatable {
        /// The bytes are cut short, inconsistent, or no file of this format.
        case corrupt
        /// The file is sound but asks for something that the engine does not do.
        case unsupported
        /// A bound of the engine was passed: depth, size, count.
        case limit
        /// The file and the manifest's signature do not fit each other.
        case signature
    }

    /// The kind of failure.
    public let reason: Reason
    /// What, where, and what to do: "model.onnx: operator 'Conv' (node 'conv1') is not supported".
    public let message: String

    /// An error of that kind, with a sentence for people.
    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

/// Why an artifact could not answer a request.
public struct InferenceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    public enum Reason: Sendable, Equatable {
        /// An input's shape or content does not fit; the caller can mend it.
        case input
        /// The artifact cannot do what was asked, for example explain itself.
        case unsupported
        /// A bound of the engine was passed, for example the size of an intermediate tensor.
        case limit
    }

    /// The kind of failure.
    public let reason: Reason
    /// What, and where.
    public let message: String

    /// An error of that kind, with a sentence for people.
    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
