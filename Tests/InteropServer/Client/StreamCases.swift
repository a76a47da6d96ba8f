import VigieProtos
import VigieRPC

extension InteropClient {
    private static let requestSizes = [27182, 8, 1828, 45904]
    private static let responseSizes = [31415, 9, 2653, 58979]

    func clientStreaming() async throws {
        let call = client.stream(Service.StreamingInputCall.self)
        for size in Self.requestSizes {
            try await call.send { $0.mutablePayload().setBody(byteCount: size) { zero($0) } }
        }
        try await call.finishSending()
        try expect(try await call.next { $0.aggregatedPayloadSize }, 74922, "the sum")
        try expect(try await call.next { _ in true }, nil, "the end")
    }

    func clientCompressedStreaming() async throws {
        var options = CallOptions()
        options.encoding = .gzip
        let probe = client.stream(Service.StreamingInputCall.self, options: options)
        _ = try await expectFailure(.invalidArgument) {
            try await probe.send(compressed: false) { request in
                request.mutableExpectCompressed().value = true
                request.mutablePayload().setBody(byteCount: 27182) { zero($0) }
            }
            try? await probe.finishSending()
            _ = try await probe.next { _ in true }
        }
        let call = client.stream(Service.StreamingInputCall.self, options: options)
        for (size, compressed) in [(27182, true), (45904, false)] {
            try await call.send(compressed: compressed) { request in
                request.mutableExpectCompressed().value = compressed
                request.mutablePayload().setBody(byteCount: size) { zero($0) }
            }
        }
        try await call.finishSending()
        try expect(try await call.next { $0.aggregatedPayloadSize }, 73086, "the sum")
    }

    func serverStreaming() async throws {
        try await receive(Self.responseSizes.map { ($0, nil) })
    }

    func serverCompressedStreaming() async throws {
        try await receive([(31415, true), (92653, false)])
    }

    private func receive(_ responses: [(bytes: Int, isCompressed: Bool?)]) async throws {
        let call = client.stream(Service.StreamingOutputCall.self)
        try await call.send { request in
            for response in responses {
                let parameters = request.addResponseParameters()
                parameters.size = Int32(response.bytes)
                if let wanted = response.isCompressed {
                    parameters.mutableCompressed().value = wanted
                }
            }
        }
        try await call.finishSending()
        var sizes: [Int] = []
        while let size = try await call.next({ $0.payload?.body.count ?? 0 }) { sizes.append(size) }
        try expect(sizes, responses.map(\.bytes), "the responses' payload sizes")
    }

    func pingPong() async throws {
        let call = client.stream(Service.FullDuplexCall.self)
        for (requestSize, responseSize) in zip(Self.requestSizes, Self.responseSizes) {
            try await call.send { request in
                request.addResponseParameters().size = Int32(responseSize)
                request.mutablePayload().setBody(byteCount: requestSize) { zero($0) }
            }
            let size = try await call.next { $0.payload?.body.count ?? 0 }
            try expect(size, responseSize, "the response's payload size")
        }
        try await call.finishSending()
        try expect(try await call.next { _ in true }, nil, "the end")
    }

    func emptyStream() async throws {
        let call = client.stream(Service.FullDuplexCall.self)
        try await call.finishSending()
        try expect(try await call.next { _ in true }, nil, "the end")
    }

    func cancelAfterBegin() async throws {
        let call = client.stream(Service.StreamingInputCall.self)
        call.cancel()
        _ = try await expectFailure(.cancelled) { _ = try await call.next { _ in true } }
    }

    func cancelAfterFirstResponse() async throws {
        let call = client.stream(Service.FullDuplexCall.self)
        try await call.send { request in
            request.addResponseParameters().size = 31415
            request.mutablePayload().setBody(byteCount: 27182) { zero($0) }
        }
        try expect(try await call.next { $0.payload?.body.count ?? 0 }, 31415, "the payload size")
        call.cancel()
        _ = try await expectFailure(.cancelled) { _ = try await call.next { _ in true } }
    }

    func timeoutOnSleepingServer() async throws {
        let options = CallOptions(timeout: .milliseconds(1))
        let call = client.stream(Service.FullDuplexCall.self, options: options)
        _ = try await expectFailure(.deadlineExceeded) {
            try? await call.send {
                $0.mutablePayload().setBody(byteCount: 27182) { zero($0) }
            }
            _ = try await call.next { _ in true }
        }
    }
}
