/// From a row in the terms of the signature to the values that the trees test.
struct RowMap: Sendable {
    private let match: SignatureMatch
    private let reading: RowReading
    /// By feature of the signature: whether its value is a category's code.
    private let isCategory: [Bool]

    init(_ match: SignatureMatch, _ reading: RowReading) {
        self.match = match
        self.reading = reading
        isCategory = match.signature.features.map { $0.kind == .category }
    }

    /// The other way round: from what a tensor carries to a row.
    var rowColumns: RowColumns {
        let features = match.signature.features
        let codes = features.indices.map { feature in
            features[feature].categories.indices.map { code in
                reading.tensorValue(
                    code: match.code(Double(code), of: feature), column: match.columns[feature])
            }
        }
        return RowColumns(match.signature, columns: match.columns, codes: codes)
    }

    /// - Parameters:
    ///   - row: one value a feature of the signature (``Workspace/row``).
    ///   - values: one a column of the file, overwritten.
    @inline(__always)
    func read(_ row: [Double], into values: UnsafeMutableBufferPointer<Double>) {
        for (feature, column) in match.columns.enumerated() {
            values[column] =
                isCategory[feature]
                ? reading.value(code: match.code(row[feature], of: feature), column: column)
                : reading.value(row[feature], column: column)
        }
    }
}
