import Testing
import VigieProtos

@Suite struct MessageTests {
    let arena = Arena()

    @Test func a_ping_comes_back_without_a_copy_of_its_payload() throws {
        let request = VigieV1.PingRequest(in: arena)
        request.setPayload(([1, 2, 3] as [UInt8]).span.bytes)
        let encoded = request.encodedBytes()
        #expect(encoded == [0x0A, 3, 1, 2, 3])
        let decoded = try VigieV1.PingRequest(decoding: encoded.span.bytes, in: arena)
        let response = VigieV1.PingResponse(in: arena)
        response.payload = decoded.payload
        #expect(response.encodedBytes() == encoded)
    }

    @Test func a_credit_request_keeps_every_kind_of_field() throws {
        let request = VigieV1.ScoreApplicationRequest(in: arena)
        request.model = "credit-default"
        request.setRequestId("r-\(1)")
        request.explainAll = true
        request.addFeatures(key: "purpose").text = "car"
        request.addFeatures(key: "months").integer = -5
        request.addFeatures(key: "amount").number = 1.5
        request.addFeatures(key: String("owner")).flag = false
        request.addFeatures(key: "unknown")
        let bytes = request.encodedBytes()
        let decoded = try VigieV1.ScoreApplicationRequest(decoding: bytes.span.bytes, in: arena)
        #expect(decoded.model == "credit-default")
        #expect(decoded.requestId == "r-1")
        #expect(decoded.explainAll)
        #expect(decoded.features.count == 5)
        #expect(decoded.features["purpose"]?.text == "car")
        guard case .integer(-5) = decoded.features["months"]?.value else {
            Issue.record("months is not the integer -5")
            return
        }
        #expect(decoded.features["amount"]?.number == 1.5)
        #expect(decoded.features["unknown"]?.value == nil)
        #expect(decoded.features["nobody"]?.value == nil)
        #expect(decoded.encodedBytes() == bytes)
    }
}
