import VigieProtos
import VigieTransport

/// The load report that every answer of a loop carries, where that is asked for: the trailer
/// `endpoint-load-metrics-bin` (gRFC A51). Made anew at most ten times a second.
final class LoadTrailer {
    static let key = "endpoint-load-metrics-bin"
    /// In nanoseconds.
    private static let lifetime: UInt64 = 100_000_000

    private let reporter: any LoadReporter
    private var bytes: [UInt8] = []
    private var made: UInt64 = 0

    init(_ reporter: any LoadReporter) { self.reporter = reporter }

    /// The encoded report.
    func bytes(at now: MonotonicTime) -> [UInt8] {
        if bytes.isEmpty || now.nanoseconds &- made >= Self.lifetime {
            made = now.nanoseconds
            let arena = Arena()
            let message = XdsDataOrcaV3.OrcaLoadReport(in: arena)
            reporter.report().write(to: message)
            bytes = message.encodedBytes()
            withExtendedLifetime(arena) {}
        }
        return bytes
    }
}

extension RPCHandler {
    /// Lets every answer carry a load report in its trailers. It costs an allocation an answer.
    package func reportLoad(_ reporter: any LoadReporter) { loadTrailer = LoadTrailer(reporter) }
}
