import Testing
import VigieProtos
import VigieRPC

struct RPCStatusDetailsTests {
    private let violations = [
        FieldViolation("features.age", "must be 18 to 120"),
        FieldViolation("applicant", "is missing"),
    ]

    @Test func field_violations_are_in_the_message_and_in_the_details() {
        let status = RPCStatus.invalidArgument(fieldViolations: violations)
        #expect(status.code == .invalidArgument)
        #expect(status.message == "features.age: must be 18 to 120; applicant: is missing")
        #expect(status.fieldViolations == violations)
    }

    @Test func details_add_up() {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        var status = RPCStatus.invalidArgument("wrong", fieldViolations: violations)
        let info = GoogleRpc.ErrorInfo(in: arena)
        info.setReason("UNKNOWN_MODEL")
        status.addDetail(info)
        #expect(status.fieldViolations == violations)
        #expect(status.detail(GoogleRpc.ErrorInfo.self, in: arena)?.reason == "UNKNOWN_MODEL")
        #expect(status.detail(GoogleRpc.RetryInfo.self, in: arena) == nil)
    }

    @Test func details_that_are_no_status_are_none() {
        let status = RPCStatus(.internal, "", details: [0xFF, 0xFF])
        #expect(status.fieldViolations.isEmpty)
    }

    @Test func shedding_says_when_to_come_back() {
        let status = RPCStatus.shed("full", retryAfter: .milliseconds(250))
        #expect(status.trailers["grpc-retry-pushback-ms"] == "250")
        #expect(RPCStatus.shed("full", retryAfter: nil).trailers["grpc-retry-pushback-ms"] == "-1")
    }
}
