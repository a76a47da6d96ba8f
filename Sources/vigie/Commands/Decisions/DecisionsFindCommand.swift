import ArgumentParser
import VigieDecisions
import VigieEngine
import VigieTelemetry

struct DecisionsFindCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: "Show decisions.",
        discussion: "Ends with status 1 when there is none.")

    @OptionGroup var options: DecisionsOptions
    @OptionGroup var filter: DecisionsFilter
    @Option(help: .init("At most so many.", valueName: "n")) var limit = 1000
    @Option(
        help: .init(
            "Only this row, from 0, of what was asked and answered; records without it are left out.",
            valueName: "n"))
    var row: Int?
    @Option(
        name: [.customShort("o"), .long],
        help: .init(
            "text, or json: a line for each, with what stands beside the record.",
            valueName: "format"))
    var output = DecisionsFormat.text

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
        if let row, row < 0 { throw ValidationError("--row must be 0 or more.") }
    }

    func run() throws {
        var count = 0
        let reader = DecisionReader(try options.place())
        try reader.find(try filter.query()) { record throws(DecisionError) in
            let part = row.map { RecordRow(record, $0) }
            if case .some(nil) = part { return true }
            count += 1
            StandardStream.output.write(
                output == .json ? Self.json(record, part ?? nil) : Self.text(record, part ?? nil))
            return count < limit
        }
        if count == 0 { throw ExitCode.failure }
    }

    private static func json(_ record: StoredRecord, _ row: RecordRow?) -> String {
        if let row {
            let id = record.fields?["id"]?.string ?? ""
            return "{\"seq\":\(record.sequence),\"hash\":\"\(record.hash)\",\"id\":\"\(id)\","
                + row.json.dropFirst() + "\n"
        }
        let side = record.side.map { String(decoding: $0, as: UTF8.self) } ?? "null"
        return "{\"seq\":\(record.sequence),\"hash\":\"\(record.hash)\",\"record\":"
            + String(decoding: record.record, as: UTF8.self) + ",\"features\":\(side)}\n"
    }

    private static func text(_ record: StoredRecord, _ row: RecordRow?) -> String {
        guard let fields = record.fields else { return "" }
        func field(_ name: String) -> String { fields[name]?.string ?? "" }
        func number(_ name: String) -> String { fields[name]?.double.map { "\($0)" } ?? "" }
        let status = fields["status"]?.integer ?? 0
        var text = "\(field("time"))  \(field("id"))  \(field("model"))"
        text += "/\(fields["version"]?.integer ?? 0)  \(field("method"))"
        if !field("requestId").isEmpty { text += "  request \(Self.word(field("requestId")))" }
        if status != 0 {
            text += "  status \(status) \(field("message"))"
        } else if !field("decision").isEmpty {
            text += "  \(field("decision"))  PD \(number("probabilityOfDefault"))"
            text += "  \(fields["points"]?.integer ?? 0) points"
        } else {
            text += "  \(fields["rows"]?.integer ?? 0) rows"
        }
        if !field("caller").isEmpty { text += "  by \(Self.word(field("caller")))" }
        return LogLine.escaped(text) + "\n"
            + (row.map { "    \(LogLine.escaped($0.text))\n" } ?? "")
    }

    /// What a caller chose, in quotes where it could be taken for more than one word of the line.
    private static func word(_ text: String) -> String {
        let isOne = text.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0 != "\"" && $0 != "\\"
        }
        return isOne ? text : JSONWriter.string(text)
    }
}
