/// How the values of a row, as callers send them, become those that trees test.
final class RowReading: Sendable {
    /// What becomes of one column.
    enum Rule: UInt8, Sendable {
        /// The value itself.
        case plain
        /// LightGBM: what is not beyond ±1e-35 (`kZeroThreshold`) is 0.
        case nearZeroIsZero
        /// LightGBM with `zero_as_missing`: what is not beyond ±1e-35 is missing.
        case nearZeroIsMissing
        /// LightGBM's categories: cut to a whole number.
        case truncated
        /// A category's code; what is none is missing.
        case code
        /// A category's value, to be looked up; what is not there is missing.
        case lookup
    }

    /// A double, for LightGBM writes it as `1e-35f`.
    static let zeroThreshold = Double(1e-35 as Float)

    let columnCount: Int
    private let rounds: Bool
    /// Whether every column is ``Rule/plain``.
    private let isPlain: Bool
    private let rules: FlatArray<UInt8>
    /// Values of ``Rule/lookup`` columns in ascending order, and their codes; for ``Rule/code``
    /// columns only the count matters.
    private let values: FlatArray<Double>
    private let codes: FlatArray<Double>
    private let starts: FlatArray<Int>

    /// - Parameters:
    ///   - rounds: whether values are rounded to `Float` first.
    ///   - categories: by column, the number of codes and the values to look up, if any.
    init(rules: [Rule], rounds: Bool, categories: [Int: (count: Int, values: [Double]?)] = [:]) {
        columnCount = rules.count
        self.rounds = rounds
        isPlain = rules.allSatisfy { $0 == .plain }
        self.rules = FlatArray(rules.map(\.rawValue))
        var allValues: [Double] = []
        var allCodes: [Double] = []
        var starts = [0]
        for column in rules.indices {
            if let (count, values) = categories[column] {
                let sorted = (values ?? (0..<count).map { Double($0) }).enumerated()
                    .sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }
                allValues += sorted.map(\.element)
                allCodes += sorted.map { Double($0.offset) }
            }
            starts.append(allValues.count)
        }
        values = FlatArray(allValues)
        codes = FlatArray(allCodes)
        self.starts = FlatArray(starts)
    }

    /// Reads whole rows of ``columnCount`` values.
    @inline(__always)
    func read<Number: BinaryFloatingPoint>(
        _ rows: Span<Number>, into result: inout MutableSpan<Double>
    ) {
        var column = 0
        for index in rows.indices {
            result[index] = value(Double(rows[index]), column: column)
            column = column + 1 == columnCount ? 0 : column + 1
        }
    }

    /// The value that trees test, of one that a tensor carries.
    @inline(__always)
    func value(_ value: Double, column: Int) -> Double {
        let value = rounds ? Double(Float(value)) : value
        if isPlain { return value }
        switch Rule(rawValue: rules.base[column]) {
        case .nearZeroIsZero: return abs(value) <= Self.zeroThreshold ? 0 : value
        case .nearZeroIsMissing: return abs(value) <= Self.zeroThreshold ? .nan : value
        case .truncated: return value.rounded(.towardZero)
        case .code, .lookup: return lookup(value, column)
        case .plain, nil: return value
        }
    }

    /// The value that trees test, of a category's code in the file.
    @inline(__always)
    func value(code: Double, column: Int) -> Double {
        switch Rule(rawValue: rules.base[column]) {
        case .lookup, .code:
            code >= 0 && code < Double(starts.base[column + 1] - starts.base[column]) ? code : .nan
        default: code
        }
    }

    /// The value that a tensor carries for a category's code in the file; NaN for none.
    func tensorValue(code: Double, column: Int) -> Double {
        switch Rule(rawValue: rules.base[column]) {
        case .lookup, .code:
            for index in starts.base[column]..<starts.base[column + 1]
            where codes.base[index] == code {
                return values.base[index]
            }
            return .nan
        default: return code
        }
    }

    private func lookup(_ value: Double, _ column: Int) -> Double {
        var low = starts.base[column]
        var high = starts.base[column + 1]
        let end = high
        while low < high {
            let middle = (low + high) / 2
            if values.base[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < end && values.base[low] == value ? codes.base[low] : .nan
    }
}
