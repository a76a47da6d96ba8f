/// Reading messages that a peer sent, with the status that each way to fail has in gRPC.
enum MessageCoding {
    static func decompress(
        _ bytes: RawSpan, _ encoding: MessageEncoding, limit: Int
    ) throws(RPCStatus) -> [UInt8] {
        guard encoding != .identity else {
            throw RPCStatus(.internal, "a compressed message without grpc-encoding")
        }
        do throws(Zlib.Failure) { return try Zlib.decompress(bytes, encoding, limit: limit) } catch
        {
            switch error {
            case .corrupt: throw RPCStatus(.internal, "a message is not valid \(encoding.name)")
            case .tooLarge:
                throw RPCStatus(
                    .resourceExhausted, "a message decompresses to more than \(limit) bytes")
            }
        }
    }
}

extension RPCStatus {
    /// What a message that cannot be cut out of the stream ends its call with.
    init(_ failure: MessageDeframer.Failure, _ what: String) {
        switch failure {
        case .badFlag(let flag):
            self.init(.internal, "\(what)'s flag \(flag) is neither 0 nor 1")
        case .tooLarge(let bytes, let limit):
            self.init(
                .resourceExhausted, "\(what) of \(bytes) bytes is over the limit of \(limit)")
        }
    }
}
