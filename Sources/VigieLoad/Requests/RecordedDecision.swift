import VigieEngine
import VigieTelemetry

/// A decision of a log, as `vigie decisions find -o json` shows it and a file log's lines have it:
/// `{"seq":…,"record":{…},"features":…}`.
struct RecordedDecision {
    /// In nanoseconds since 1970.
    let time: UInt64
    let entry: MixEntry
    /// What was asked; nil when the log holds no values.
    let rows: [Row]?

    /// Nil for records that are no decisions.
    init?(_ line: JSONValue, _ place: String) throws(LoadError) {
        guard let record = line["record"], record["type"]?.string == "decision" else { return nil }
        guard let text = record["time"]?.string, let time = Self.nanoseconds(text) else {
            throw LoadError("\(place): 'record.time' must be like 2026-11-26T13:00:00.000000000Z")
        }
        // Many applications of one call were logged one by one, and are asked so.
        let name = record["method"]?.string == "ScoreApplications" ? "score" : nil
        guard let method = LoadMethod(name: name ?? record["method"]?.string ?? ""),
            method.needsModel, let model = record["model"]?.string, !model.isEmpty
        else { throw LoadError("\(place): 'record' must have a method and a model") }
        self.time = time
        // Who asked for no version is answered by the current one again.
        let version = record["arm"]?.string == "pinned" ? record["version"]?.integer : nil
        entry = MixEntry(method: method, model: model, version: version.map { String($0) } ?? "")
        if let values = line["features"]?["values"] {
            rows = [try RowFile.row(values, "\(place): 'features.values'")]
        } else if let inputs = line["features"]?["inputs"]?.array {
            rows = try Self.rows(
                inputs, record["rows"]?.integer ?? 1, "\(place): 'features.inputs'")
        } else {
            rows = nil
        }
    }

    /// Cuts tensors into rows.
    private static func rows(
        _ inputs: [JSONValue], _ count: Int, _ place: String
    ) throws(LoadError) -> [Row] {
        guard (1...1_000_000).contains(count) else {
            throw LoadError("\(place): \(count) rows cannot be asked for")
        }
        var rows = [Row](repeating: Row(names: [], cells: []), count: count)
        for input in inputs {
            guard let name = input["name"]?.string, let data = input["data"]?.array,
                data.count % count == 0
            else { throw LoadError("\(place): expected tensors whose data \(count) rows share") }
            let width = data.count / count
            let isFloat = input["datatype"]?.string?.hasPrefix("FP") ?? false
            for row in 0..<count {
                rows[row].names.append(name)
                rows[row].cells.append(
                    try cell(
                        data[row * width..<(row + 1) * width], isFloat: isFloat,
                        "\(place): '\(name)'"))
            }
        }
        return rows
    }

    private static func cell(
        _ data: ArraySlice<JSONValue>, isFloat: Bool, _ place: String
    ) throws(LoadError) -> Row.Cell {
        if !isFloat, data.count == 1, let text = data.first?.string { return .text(text) }
        var numbers: [Double] = []
        for element in data {
            switch element {
            case .number(let number): numbers.append(number)
            case .bool(let flag): numbers.append(flag ? 1 : 0)
            case .null: numbers.append(.nan)
            // What JSON has no number for, as records have it.
            case .string("NaN") where isFloat: numbers.append(.nan)
            case .string("Infinity") where isFloat: numbers.append(.infinity)
            case .string("-Infinity") where isFloat: numbers.append(-.infinity)
            // A NaN of another kind.
            case .object where isFloat: numbers.append(.nan)
            default:
                throw LoadError("\(place): only numbers, or one text a row, can be asked again")
            }
        }
        return .numbers(numbers)
    }

    /// RFC 3339 in UTC, as records have it.
    private static func nanoseconds(_ text: String) -> UInt64? {
        // To the nanosecond, and not before 1970.
        guard text.count == 30, text.prefix(4) >= "1970",
            let (seconds, fraction) = Timestamp.parts(text)
        else { return nil }
        // Years of four digits: under 2^38 seconds, but only to 2554 in nanoseconds.
        guard seconds >= 0, seconds < 18_000_000_000 else { return nil }
        return UInt64(seconds) * 1_000_000_000 + fraction
    }
}
