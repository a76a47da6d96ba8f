import VigieRPC
import VigieTelemetry

/// The access log and the slow-request log of one loop: the loop leaves records here, the log's
/// thread makes lines of them.
final class CallLog: LogSource {
    private let records: LoopRing<CallRecord>
    private let encoder: LogEncoder
    private let log: Log
    /// Slow requests that are told one by one; under overload, every request is one.
    private let slowLimit = SlowLimit()

    /// Calls that may wait for the log's thread.
    private static let waitingMax = 8192

    init(_ log: Log) {
        self.log = log
        encoder = log.encoder
        records = LoopRing(capacity: Self.waitingMax)
    }

    /// For the loop.
    func add(_ record: CallRecord) { records.push(record) }

    var dropped: UInt64 { records.dropped.current }

    func drain(into bytes: inout [UInt8], limit: Int) {
        let offset = Timestamp.monotonicOffset()
        while bytes.count < limit, let record = records.pop() {
            let time = record.ended &+ offset
            if record.audience.contains(.accessLog), log.level <= .info {
                encoder.append(
                    .info, at: time, logger: "vigie.access", AccessLine.text(record),
                    CallFields.all(record, dataset: "vigie.access", offset), to: &bytes)
            }
            if record.audience.contains(.slowLog), log.level <= .warning {
                let (isTold, kept) = slowLimit.take(at: record.ended)
                if kept > 0 {
                    encoder.append(
                        .warning, at: time, logger: "vigie.slow",
                        "\(kept) slow requests were not told one by one", to: &bytes)
                }
                guard isTold else { continue }
                encoder.append(
                    .warning, at: time, logger: "vigie.slow", SlowLine.text(record),
                    CallFields.all(record, dataset: "vigie.slow", offset)
                        + CallFields.stations(record), to: &bytes)
            }
        }
    }
}

/// Keeps the slow-request log readable when everything is slow. For the log's thread.
private final class SlowLimit: @unchecked Sendable {
    private static let linesPerSecond = 50.0
    private var limit = RateLimit(perSecond: linesPerSecond)
    private var kept = 0

    /// Whether to tell of a request, and how many were not told before it.
    func take(at now: UInt64) -> (isTold: Bool, kept: Int) {
        guard limit.take(at: now) else {
            kept += 1
            return (false, 0)
        }
        defer { kept = 0 }
        return (true, kept)
    }
}
