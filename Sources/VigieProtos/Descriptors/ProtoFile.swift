internal import CVigieProtos

/// One .proto file that this build knows: what server reflection answers with.
public struct ProtoFile: Sendable {
    /// The name by which other files import it: "vigie/v1/credit.proto".
    public let name: String

    /// The files that it imports.
    public let dependencies: [String]

    /// The full names of all that it defines: messages, fields, enums and their values, services
    /// and methods, without a leading dot. A method is "package.Service.Method", a field
    /// "package.Message.field", and an enum value, as protobuf has it, stands beside its enum.
    public let symbols: [String]

    /// The services that it defines.
    public let services: [ProtoService]

    let index: Int

    /// The serialized google.protobuf.FileDescriptorProto, without comments: static memory, valid
    /// for ever.
    public var descriptor: Bytes {
        var count = 0
        let start = vigie_file_descriptor(index, &count)
        return Bytes(base: UnsafeMutablePointer(mutating: start), count: count)
    }
}

/// A service of a .proto file.
public struct ProtoService: Sendable {
    /// The full name: "vigie.v1.CreditScoring".
    public let name: String
    /// Its methods, in the file's order.
    public let methods: [ProtoMethod]
}

/// A method of a service.
public struct ProtoMethod: Sendable {
    /// The name within its service: "ScoreApplication".
    public let name: String
    /// The full name of the request's message type.
    public let input: String
    /// The full name of the response's message type.
    public let output: String
    /// Whether the caller sends any number of requests, instead of one.
    public let clientStreaming: Bool
    /// Whether the server sends any number of responses, instead of one.
    public let serverStreaming: Bool
}
