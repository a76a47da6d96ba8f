import VigieProtos
import VigieRPC
import VigieTransport

/// `grpc.testing.TestService` (grpc/grpc doc/interop-test-descriptions.md), all but UnimplementedCall, which
/// is left out on purpose.
enum TestService {
    typealias Methods = GrpcTesting.TestService

    static func install(on handler: RPCHandler) {
        handler.unary(Methods.EmptyCall.self) { _, _, call in Echo.metadata(call) }
        handler.unary(Methods.UnaryCall.self) { request, response, call throws(RPCStatus) in
            try answer(request, response, call)
        }
        handler.unary(Methods.CacheableUnaryCall.self) { _, response, call in
            Echo.metadata(call)
            call.initialMetadata.add("cache-control", "max-age=60, public")
            let time = Array(String(MonotonicTime.now().nanoseconds).utf8)
            response.mutablePayload().setBody(time.span.bytes)
        }
        handler.streaming(Methods.StreamingOutputCall.self) { StreamingOutput($0) }
        handler.streaming(Methods.FullDuplexCall.self) { StreamingOutput($0) }
        handler.streaming(Methods.HalfDuplexCall.self) { StreamingOutput($0, waitsForEnd: true) }
        handler.streaming(Methods.StreamingInputCall.self) { StreamingInput($0) }
    }

    private static func answer(
        _ request: GrpcTesting.SimpleRequest, _ response: GrpcTesting.SimpleResponse,
        _ call: ServerCall
    ) throws(RPCStatus) {
        Echo.metadata(call)
        if let expected = request.expectCompressed {
            try Echo.check(call, isCompressed: expected.value)
        }
        if let status = request.responseStatus { try Echo.status(status) }
        call.compressesResponses = request.responseCompressed?.value ?? false
        guard request.responseSize >= 0 else {
            throw .invalidArgument(
                fieldViolations: [FieldViolation("response_size", "must not be negative")])
        }
        let payload = response.mutablePayload()
        payload.setBody(byteCount: Int(request.responseSize)) { zero($0) }
        if request.fillServerId { response.serverId = "vigie-interop" }
        if request.fillUsername { response.setUsername(call.peerIdentity?.description ?? "") }
    }
}

/// What several methods echo.
enum Echo {
    static func metadata(_ call: ServerCall) {
        if let value = call.metadataValue("x-grpc-test-echo-initial") {
            call.initialMetadata.add("x-grpc-test-echo-initial", value)
        }
        let key = "x-grpc-test-echo-trailing-bin"
        if call.metadataValue("x-grpc-test-echo-trailing-bin") != nil {
            for bytes in call.metadata.all(key) { call.trailingMetadata.add(key, bytes: bytes) }
        }
    }

    static func status(_ status: GrpcTesting.EchoStatus) throws(RPCStatus) {
        guard status.code != 0 else { return }
        throw RPCStatus(
            StatusCode(rawValue: Int(status.code)) ?? .unknown, String(status.message))
    }

    static func check(_ call: ServerCall, isCompressed: Bool) throws(RPCStatus) {
        guard call.messageWasCompressed == isCompressed else {
            throw RPCStatus(
                .invalidArgument,
                "the message \(isCompressed ? "should" : "should not") have been compressed")
        }
    }
}

func zero(_ room: UnsafeMutableRawBufferPointer) {
    room.withMemoryRebound(to: UInt8.self) { $0.update(repeating: 0) }
}
