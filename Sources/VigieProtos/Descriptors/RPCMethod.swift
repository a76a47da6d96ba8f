/// A method with its types, known to the compiler: `VigieV1.Diagnostics.Ping`. For handlers and
/// calls that are written against it.
public protocol RPCMethod: SendableMetatype {
    associatedtype Request: Message
    associatedtype Response: Message
    /// The path in HTTP/2: "/vigie.v1.Diagnostics/Ping".
    static var path: StaticString { get }
    /// Whether the caller sends any number of requests, instead of one.
    static var clientStreaming: Bool { get }
    /// Whether the server sends any number of responses, instead of one.
    static var serverStreaming: Bool { get }
}
