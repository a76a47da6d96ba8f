import VigieCommandLine
import VigieEngine

/// Rows from a file: CSV with a header, or JSON lines.
///
/// A JSON line is an object of features by name, an array in the model's order, or
/// `{"features": {…} or […], "expected": {"1": [0.12], "*": [0.2]}}`. In CSV a column
/// `expected` or `expected@VERSION` holds what the first output's first value must be; a field is a
/// number where it can be read as one, `true` or `false`, empty for a missing value, text otherwise.
package enum RowFile {
    /// Rows more than these are refused: they are all encoded before the run.
    package static let rowsMax = 1_000_000

    /// - Parameter name: the file's, for messages; its end tells the format.
    package static func read(_ text: String, name: String) throws(LoadError) -> [Row] {
        let lines = text.fileLines
        let rows = try name.hasSuffix(".csv") ? csv(lines, name) : jsonLines(lines, name)
        guard !rows.isEmpty else { throw LoadError("\(name): there are no rows in it") }
        guard rows.count <= rowsMax else {
            throw LoadError("\(name): \(rows.count) rows are more than \(rowsMax)")
        }
        return rows
    }

    // MARK: JSON lines

    private static func jsonLines(
        _ lines: [Substring], _ name: String
    ) throws(LoadError) -> [Row] {
        var rows: [Row] = []
        for (index, line) in lines.enumerated() where line.contains(where: { !$0.isWhitespace }) {
            let place = "\(name):\(index + 1)"
            let value: JSONValue
            do { value = try JSONParser.parse(String(line)) } catch {
                throw LoadError("\(place): not JSON: \(error)")
            }
            rows.append(try row(value, place))
        }
        return rows
    }

    /// The row that a JSON value is.
    package static func row(_ value: JSONValue, _ place: String) throws(LoadError) -> Row {
        if let features = value["features"] {
            var row = try cells(features, place)
            if let expected = value["expected"] { row.expected = try expectations(expected, place) }
            return row
        }
        return try cells(value, place)
    }

    private static func cells(_ value: JSONValue, _ place: String) throws(LoadError) -> Row {
        if let object = value.object {
            var cells: [Row.Cell] = []
            for (key, member) in object.members {
                cells.append(try cell(member, "\(place): '\(key)'"))
            }
            return Row(names: object.keys, cells: cells)
        }
        guard let array = value.array else {
            throw LoadError(
                "\(place): a row is an object of features or an array, not \(value.kindName)")
        }
        var cells: [Row.Cell] = []
        for (index, element) in array.enumerated() {
            cells.append(try cell(element, "\(place): element \(index)"))
        }
        return Row(names: [], cells: cells)
    }

    private static func cell(_ value: JSONValue, _ place: String) throws(LoadError) -> Row.Cell {
        switch value {
        case .null: return .missing
        case .bool(let flag): return .flag(flag)
        case .number(let number): return .number(number)
        case .string(let text): return .text(text)
        default:
            guard let numbers = value.numbers else {
                throw LoadError(
                    "\(place): expected a number, a text, true, false, null or an array of numbers")
            }
            return .numbers(numbers)
        }
    }

    private static func expectations(
        _ value: JSONValue, _ place: String
    ) throws(LoadError) -> [String: [Double]] {
        if let numbers = value.numbers { return ["*": numbers] }
        if let number = value.double { return ["*": [number]] }
        guard let object = value.object else {
            throw LoadError("\(place): 'expected' is an object of versions, or an array of numbers")
        }
        var all: [String: [Double]] = [:]
        for (version, scores) in object.members {
            guard let numbers = scores.numbers ?? scores.double.map({ [$0] }) else {
                throw LoadError("\(place): 'expected' of version \(version) is no array of numbers")
            }
            all[version] = numbers
        }
        return all
    }

    // MARK: CSV

    private static func csv(_ lines: [Substring], _ name: String) throws(LoadError) -> [Row] {
        guard let first = lines.first else { return [] }
        let header = CSVLine.fields(first)
        for (index, column) in header.enumerated() where header[..<index].contains(column) {
            throw LoadError("\(name):1: column '\(column)' comes twice")
        }
        var rows: [Row] = []
        for (index, line) in lines.enumerated().dropFirst()
        where line.contains(where: { !$0.isWhitespace }) {
            let fields = CSVLine.fields(line)
            guard fields.count == header.count else {
                throw LoadError(
                    "\(name):\(index + 1): \(fields.count) fields, but the header has \(header.count)"
                )
            }
            var row = Row(names: [], cells: [])
            for (column, field) in zip(header, fields) {
                guard column == "expected" || column.hasPrefix("expected@") else {
                    row.names.append(column)
                    row.cells.append(cell(field))
                    continue
                }
                guard let value = Double(field) else {
                    throw LoadError(
                        "\(name):\(index + 1): column '\(column)': '\(field)' is no number")
                }
                let version = column.dropFirst("expected@".count)
                row.expected[version.isEmpty ? "*" : String(version)] = [value]
            }
            rows.append(row)
        }
        return rows
    }

    private static func cell(_ field: String) -> Row.Cell {
        if field.isEmpty { return .missing }
        if let number = Double(field) { return .number(number) }
        switch field.lowercased() {
        case "true": return .flag(true)
        case "false": return .flag(false)
        default: return .text(field)
        }
    }
}

/// A line of CSV (RFC 4180; no line breaks inside quotes).
package enum CSVLine {
    package static func fields(_ line: Substring) -> [String] {
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var characters = line.makeIterator()
        var next = characters.next()
        while let character = next {
            next = characters.next()
            switch character {
            case "\"" where isQuoted && next == "\"":
                field.append("\"")
                next = characters.next()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                fields.append(field)
                field = ""
            case "\r", "\r\n": break
            default: field.append(character)
            }
        }
        return fields + [field]
    }
}
