import VigieProtos
import VigieRPC
import VigieTelemetry

extension InteropClient {
    /// A call of UnaryCall with payloads of zeros; the response's payload size is checked.
    @discardableResult
    private func unary(
        requestBytes: Int = 271_828, responseBytes: Int = 314_159,
        options: CallOptions = CallOptions(),
        _ change: @escaping @Sendable (GrpcTesting.SimpleRequest) -> Void = { _ in }
    ) async throws -> RPCReply<Int> {
        let reply = try await client.reply(Service.UnaryCall.self, options: options) { request in
            request.responseSize = Int32(responseBytes)
            request.mutablePayload().setBody(byteCount: requestBytes) { zero($0) }
            change(request)
        } response: { response in
            response.payload?.body.count ?? 0
        }
        try expect(reply.value, responseBytes, "the response's payload size")
        return reply
    }

    func emptyUnary() async throws {
        try await client.unary(Service.EmptyCall.self, request: { _ in }, response: { _ in })
    }

    func largeUnary() async throws { try await unary() }

    func clientCompressedUnary() async throws {
        // The probe: a server that looks at compression refuses this one.
        _ = try await expectFailure(.invalidArgument) {
            try await unary { $0.mutableExpectCompressed().value = true }
        }
        for encoding in [MessageEncoding.gzip, .deflate] {
            var options = CallOptions()
            options.encoding = encoding
            try await unary(options: options) { $0.mutableExpectCompressed().value = true }
        }
        try await unary { $0.mutableExpectCompressed().value = false }
    }

    func serverCompressedUnary() async throws {
        for wanted in [true, false] {
            let reply = try await unary { $0.mutableResponseCompressed().value = wanted }
            try expect(reply.wasCompressed, wanted, "the response's compression")
        }
    }

    static let initialKey = "x-grpc-test-echo-initial"
    static let trailingKey = "x-grpc-test-echo-trailing-bin"

    /// Options that ask for the two echoes.
    static var echoOptions: CallOptions {
        var metadata = Metadata()
        metadata.add(initialKey, "test_initial_metadata_value")
        metadata.add(trailingKey, bytes: [0xAB, 0xAB, 0xAB])
        return CallOptions(metadata: metadata)
    }

    static func checkEcho(_ initial: Metadata, _ trailing: Metadata) throws {
        try expect(initial[initialKey], "test_initial_metadata_value", "the initial echo")
        try expect(trailing.all(trailingKey), [[0xAB, 0xAB, 0xAB]], "the trailing echo")
    }

    func customMetadata() async throws {
        let reply = try await unary(options: Self.echoOptions)
        try Self.checkEcho(reply.initialMetadata, reply.trailingMetadata)
        let call = client.stream(Service.FullDuplexCall.self, options: Self.echoOptions)
        try await call.send { request in
            request.addResponseParameters().size = 314_159
            request.mutablePayload().setBody(byteCount: 271_828) { zero($0) }
        }
        try await call.finishSending()
        let size = try await call.next { $0.payload?.body.count ?? 0 }
        try expect(size, 314_159, "the response's payload size")
        try expect(try await call.next { _ in true }, nil, "the end")
        try await Self.checkEcho(call.initialMetadata, call.trailingMetadata)
    }

    /// None of gRPC's own cases: the peer looks at the headers.
    func traceContext() async throws {
        var options = CallOptions()
        options.trace = TraceContext(
            traceHigh: 0x0AF7_6519_16CD_43DD, traceLow: 0x8448_EB21_1C80_319C,
            span: 0xB7AD_6B71_6920_3331, flags: 1)
        options.traceState = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"
        try await unary(options: options)
    }

    func statusCodeAndMessage() async throws {
        let message = "test status message"
        let status = try await expectFailure(.unknown) {
            try await unary { request in
                request.mutableResponseStatus().code = 2
                request.mutableResponseStatus().setMessage(message)
            }
        }
        try expect(status.message, message, "the message")
        let streamed = try await expectFailure(.unknown) {
            let call = client.stream(Service.FullDuplexCall.self)
            try await call.send { request in
                request.mutableResponseStatus().code = 2
                request.mutableResponseStatus().setMessage(message)
            }
            try? await call.finishSending()
            _ = try await call.next { _ in true }
        }
        try expect(streamed.message, message, "the stream's message")
    }

    func specialStatusMessage() async throws {
        let message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
        let status = try await expectFailure(.unknown) {
            try await unary { request in
                request.mutableResponseStatus().code = 2
                request.mutableResponseStatus().setMessage(message)
            }
        }
        try expect(status.message, message, "the message")
    }

    func unimplementedMethod() async throws {
        _ = try await expectFailure(.unimplemented) {
            try await client.unary(
                Service.UnimplementedCall.self, request: { _ in }, response: { _ in })
        }
    }

    func unimplementedService() async throws {
        _ = try await expectFailure(.unimplemented) {
            try await client.unary(
                GrpcTesting.UnimplementedService.UnimplementedCall.self, request: { _ in },
                response: { _ in })
        }
    }
}
