import VigieRPC
import VigieTelemetry

/// A call as one line for people, in the manner of web servers' combined log:
///
///     <caller> <path> <status> <µs> us <bytes in>/<bytes out> "<user agent>" model=<name>/<version>
///     arm=<arm> rows=<n> trace=<id> error="<what the caller was told>"
///
/// without those parts from `model=` on that there is nothing to tell of.
enum AccessLine {
    static func text(_ record: CallRecord) -> String {
        let caller = record.peerIdentity.map(\.description) ?? record.peerAddress
        var line = "\(caller) \(record.path) \(record.code.name) \(record.elapsed / 1000) us"
        line += " \(record.requestBytes)/\(record.responseBytes) \"\(quoted(record.userAgent))\""
        if !record.model.isEmpty {
            line += " model=\(record.model)/\(record.version) arm=\(record.arm.label)"
            line += " rows=\(record.rows)"
        }
        line += " trace=\(record.trace.traceID)"
        if record.code != .ok, !record.message.isEmpty {
            line += " error=\"\(quoted(record.message))\""
        }
        return line
    }

    /// Quotes inside a quoted part are told from its end.
    private static func quoted(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: "\"")) ? text.replacing("\"", with: "\\\"") : text
    }
}
