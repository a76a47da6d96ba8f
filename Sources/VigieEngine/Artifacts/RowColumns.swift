/// Where the features of a signature stand among an artifact's inputs, to read single rows out of a
/// batch of tensors: the other way round of what a row scorer writes.
public struct RowColumns: Sendable {
    private struct Cell {
        let name: String
        let input: Int
        let column: Int
        /// For text: each category's code.
        let categories: [String: Double]
        /// For text: whether the empty string is a missing value.
        let allowsMissing: Bool
        /// The inputs' codes by that of the signature; empty where they are the same.
        let codes: [Double]
        /// Messages do not tell values.
        let isPersonal: Bool
    }

    /// In the signature's order.
    private let cells: [Cell]
    /// By input: how many columns it has.
    private let widths: [Int]

    /// Lays `signature` over the inputs by name, as ``Feature/input`` says; nil when the inputs are
    /// not rows of these features.
    public init?(_ signature: Signature, _ inputs: [TensorSpec]) {
        var widths = Array(repeating: 0, count: inputs.count)
        var cells: [Cell] = []
        for feature in signature.features {
            let name = feature.input ?? feature.name
            guard
                let input = inputs.firstIndex(where: { $0.name == name })
                    ?? (feature.input == nil && inputs.count == 1 ? 0 : nil)
            else { return nil }
            cells.append(Self.cell(feature, input, widths[input], []))
            widths[input] += 1
        }
        for (spec, width) in zip(inputs, widths) {
            guard spec.shape.first == -1, spec.shape.count <= 2, width > 0 else { return nil }
            let columns = spec.shape.count == 2 ? spec.shape[1] : 1
            guard columns == width || columns == -1 else { return nil }
        }
        self.cells = cells
        self.widths = widths
    }

    /// For artifacts with one input, whose columns or category codes are not in the signature's order.
    /// - Parameters:
    ///   - columns: each feature's column.
    ///   - codes: each feature's codes in the input, by the category's code in the signature; empty
    ///     where they are the same.
    public init(_ signature: Signature, columns: [Int], codes: [[Double]]) {
        precondition(columns.count == signature.features.count && codes.count == columns.count)
        cells = signature.features.indices.map {
            Self.cell(signature.features[$0], 0, columns[$0], codes[$0])
        }
        widths = [columns.count]
    }

    private static func cell(
        _ feature: Feature, _ input: Int, _ column: Int, _ codes: [Double]
    ) -> Cell {
        let numbered = feature.categories.enumerated().map { ($1, Double($0)) }
        return Cell(
            name: feature.name, input: input, column: column,
            categories: Dictionary(numbered, uniquingKeysWith: { first, _ in first }),
            allowsMissing: feature.missing == .allow, codes: codes,
            isPersonal: feature.isPersonal)
    }

    /// Reads row `row` of `inputs` into `values`, one a feature, as ``Workspace/row`` has them.
    /// - Throws: `input` for a category that the signature does not have.
    public func read(
        _ row: Int, of inputs: [Tensor], into values: inout [Double]
    ) throws(InferenceError) {
        precondition(inputs.count == widths.count && values.count == cells.count)
        for index in cells.indices {
            let cell = cells[index]
            let tensor = inputs[cell.input]
            let width = widths[cell.input]
            guard tensor.shape.rank > 0, row >= 0, row < tensor.shape[0],
                tensor.count == tensor.shape[0] * width
            else {
                throw InferenceError(
                    .input,
                    "the signature has \(width) columns for the input of feature '\(cell.name)', "
                        + "which has the shape \(tensor.shape)")
            }
            let element = row * width + cell.column
            values[index] =
                tensor.type == .string
                ? try Self.category(tensor, element, cell)
                : try Self.code(tensor.number(at: element), cell)
        }
    }

    private static func category(
        _ tensor: Tensor, _ element: Int, _ cell: Cell
    ) throws(InferenceError) -> Double {
        let text = tensor.string(at: element)
        if let code = cell.categories[text] { return code }
        if text.isEmpty, cell.allowsMissing { return .nan }
        let which = cell.isPersonal ? "of this name" : "'\(text.prefix(64))'"
        throw InferenceError(
            .input, "feature '\(cell.name)': the signature has no category \(which)")
    }

    private static func code(_ value: Double, _ cell: Cell) throws(InferenceError) -> Double {
        guard !cell.codes.isEmpty, !value.isNaN else { return value }
        guard let code = cell.codes.firstIndex(of: value) else {
            let which = cell.isPersonal ? "this code" : "code \(value)"
            throw InferenceError(
                .input, "feature '\(cell.name)': the signature has no category of \(which)")
        }
        return Double(code)
    }
}

extension Tensor {
    /// Element `index` of a tensor of numbers or booleans, as close as a Double comes to it; NaN for
    /// strings, and for 16-bit floating point, which no row scorer takes.
    fileprivate func number(at index: Int) -> Double {
        switch type {
        case .float32: withElements(of: Float.self) { Double($0[index]) }
        case .float64: withElements(of: Double.self) { $0[index] }
        case .int64: withElements(of: Int64.self) { Double($0[index]) }
        case .int32: withElements(of: Int32.self) { Double($0[index]) }
        case .int16: withElements(of: Int16.self) { Double($0[index]) }
        case .int8: withElements(of: Int8.self) { Double($0[index]) }
        case .uint64: withElements(of: UInt64.self) { Double($0[index]) }
        case .uint32: withElements(of: UInt32.self) { Double($0[index]) }
        case .uint16: withElements(of: UInt16.self) { Double($0[index]) }
        case .uint8, .bool: withElements(of: UInt8.self) { Double($0[index]) }
        case .float16, .bfloat16, .string: .nan
        }
    }
}
