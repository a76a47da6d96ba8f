import Testing
import VigieProtos
import VigieRPC

/// The table of OTLP's specification 1.5, "Failures".
struct ExportVerdictTests {
    @Test(
        arguments: [
            .cancelled, .deadlineExceeded, .aborted, .outOfRange, .unavailable, .dataLoss,
        ] as [StatusCode])
    func these_are_tried_again(_ code: StatusCode) {
        #expect(ExportVerdict(RPCStatus(code)) == .retry(after: nil))
    }

    @Test(
        arguments: [
            .unknown, .invalidArgument, .notFound, .alreadyExists, .permissionDenied,
            .unauthenticated, .failedPrecondition, .unimplemented, .internal, .resourceExhausted,
        ] as [StatusCode])
    func these_are_not(_ code: StatusCode) { #expect(ExportVerdict(RPCStatus(code)) == .drop) }

    @Test func a_collector_names_the_time() {
        func status(_ code: StatusCode, seconds: Int64, nanos: Int32) -> RPCStatus {
            let arena = Arena()
            return withExtendedLifetime(arena) {
                let info = GoogleRpc.RetryInfo(in: arena)
                let delay = info.mutableRetryDelay()
                delay.seconds = seconds
                delay.nanos = nanos
                var status = RPCStatus(code, "later")
                status.addDetail(info)
                return status
            }
        }
        #expect(
            ExportVerdict(status(.resourceExhausted, seconds: 2, nanos: 500_000_000))
                == .retry(after: .milliseconds(2500)))
        #expect(
            ExportVerdict(status(.unavailable, seconds: 1, nanos: 0))
                == .retry(after: .seconds(1)))
        // A time that is over already is none to wait for.
        #expect(
            ExportVerdict(status(.unavailable, seconds: -5, nanos: -5)) == .retry(after: .zero))
        #expect(ExportVerdict(status(.internal, seconds: 1, nanos: 0)) == .drop)
        // More seconds than a duration holds must not trap.
        if case .retry(let wait?) = ExportVerdict(
            status(.unavailable, seconds: .max, nanos: .max))
        {
            #expect(wait > .seconds(1))
        }
    }
}
