/// A table for a terminal: columns as wide as they must be, two spaces between.
package struct TextTable {
    package struct Column {
        let title: String
        let isNumber: Bool

        package init(title: String, isNumber: Bool = false) {
            self.title = title
            self.isNumber = isNumber
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    /// - Parameter cells: one a column.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "one cell a column")
        rows.append(cells)
    }

    /// The lines, the titles first, none with space at its end.
    package var text: String {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        var text = ""
        for row in all {
            var line = ""
            for (column, cell) in row.enumerated() {
                let space = String(repeating: " ", count: widths[column] - cell.count)
                line += columns[column].isNumber ? space + cell : cell + space
                if column + 1 < row.count { line += "  " }
            }
            while line.last == " " { line.removeLast() }
            text += line + "\n"
        }
        return text
    }
}
