import VigieEngine

/// One row of inputs, as a file or the generator gives it.
package struct Row: Sendable, Equatable {
    /// A value of a feature, or all elements of a tensor.
    package enum Cell: Sendable, Equatable {
        case number(Double)
        case text(String)
        case flag(Bool)
        case numbers([Double])
        /// Explicitly none.
        case missing

        /// The cell's numbers, in order; nil for text.
        var numbers: [Double]? {
            switch self {
            case .number(let value): [value]
            case .flag(let value): [value ? 1 : 0]
            case .numbers(let values): values
            case .missing: [.nan]
            case .text: nil
            }
        }
    }

    /// The names of ``cells``; empty when they are known by their order only.
    package var names: [String]
    package var cells: [Cell]
    /// What is expected, by version ("*" for any that is not named).
    package var expected: [String: [Double]] = [:]

    package init(names: [String], cells: [Cell], expected: [String: [Double]] = [:]) {
        self.names = names
        self.cells = cells
        self.expected = expected
    }

    package subscript(name: String) -> Cell? {
        names.firstIndex(of: name).map { cells[$0] }
    }
}
