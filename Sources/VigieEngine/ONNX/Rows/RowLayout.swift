/// Where the features of a signature are among a graph's inputs.
struct RowLayout {
    /// One column of an input.
    struct Cell {
        let input: Int
        let feature: Int
        let type: ElementType
        /// The categories' names, for a category in a STRING input.
        let categories: [String]
        /// Whether a missing category is the empty string.
        let allowsMissing: Bool
        let name: String
    }

    /// By input, then by column.
    let cells: [Cell]
    /// The shape of each input for one row.
    let shapes: [TensorShape]

    /// Lays `signature` over the inputs as ``Feature/input`` says.
    init(_ signature: Signature, _ inputs: [TensorSpec]) throws(LoadError) {
        var columns: [[Cell]] = Array(repeating: [], count: inputs.count)
        for (number, feature) in signature.features.enumerated() {
            let input = try Self.input(of: feature, inputs)
            columns[input].append(try Self.cell(number, feature, input, inputs[input]))
        }
        var shapes: [TensorShape] = []
        for (spec, cells) in zip(inputs, columns) {
            shapes.append(try Self.shape(spec, cells.count))
        }
        cells = columns.flatMap { $0 }
        self.shapes = shapes
    }

    private static func input(
        of feature: Feature, _ inputs: [TensorSpec]
    ) throws(LoadError) -> Int {
        if let name = feature.input {
            guard let index = inputs.firstIndex(where: { $0.name == name }) else {
                throw LoadError(
                    .signature,
                    "feature '\(feature.name)': the graph has no input '\(name)', it has"
                        + " \(inputs.map(\.name).joined(separator: ", "))")
            }
            return index
        }
        if let index = inputs.firstIndex(where: { $0.name == feature.name }) { return index }
        guard inputs.count == 1 else {
            throw LoadError(
                .signature,
                "feature '\(feature.name)': the graph has no input of that name, it has"
                    + " \(inputs.map(\.name).joined(separator: ", ")); name one in \"input\"")
        }
        return 0
    }

    private static func cell(
        _ number: Int, _ feature: Feature, _ input: Int, _ spec: TensorSpec
    ) throws(LoadError) -> Cell {
        let isText = spec.type == .string
        guard !isText || feature.kind == .category else {
            throw LoadError(
                .signature,
                "feature '\(feature.name)' is a \(feature.kind.rawValue), input '\(spec.name)' takes"
                    + " text: it must be a category")
        }
        guard spec.type != .float16, spec.type != .bfloat16 else {
            throw LoadError(
                .signature, "input '\(spec.name)' of \(spec.type.label) takes no features")
        }
        return Cell(
            input: input, feature: number, type: spec.type,
            categories: isText ? feature.categories : [],
            allowsMissing: feature.missing == .allow, name: feature.name)
    }

    private static func shape(_ spec: TensorSpec, _ columns: Int) throws(LoadError) -> TensorShape {
        let shape = spec.shape
        let width = shape.count == 2 ? shape[1] : 1
        guard shape.count == 1 || shape.count == 2, shape[0] == -1 || shape[0] == 1 else {
            throw LoadError(
                .signature, "input '\(spec.name)' of shape \(shape) is no matrix of rows")
        }
        guard columns == width || (width == -1 && columns > 0) else {
            throw LoadError(
                .signature,
                "input '\(spec.name)' has \(width) columns, the signature has \(columns) for it")
        }
        return shape.count == 1 ? TensorShape([1]) : TensorShape([1, columns])
    }
}

extension RowLayout {
    /// Writes a row of features to the inputs.
    func fill(_ workspace: Workspace) throws(InferenceError) {
        for index in shapes.indices { workspace.inputs[index].reshape(shapes[index]) }
        var column = 0
        var input = 0
        for index in cells.indices {
            let cell = cells[index]
            if cell.input != input { (input, column) = (cell.input, 0) }
            try Self.fill(workspace.inputs[input], column, cell, workspace.row[cell.feature])
            column += 1
        }
    }

    @inline(__always)
    private static func fill(
        _ tensor: Tensor, _ column: Int, _ cell: Cell, _ value: Double
    ) throws(InferenceError) {
        switch cell.type {
        case .float32: tensor.withElements(of: Float.self) { $0[column] = Float(value) }
        case .float64: tensor.withElements(of: Double.self) { $0[column] = value }
        case .string: try appendCategory(tensor, cell, value)
        case .int64: try set(tensor, column, cell, value, Int64.self)
        case .int32: try set(tensor, column, cell, value, Int32.self)
        case .int16: try set(tensor, column, cell, value, Int16.self)
        case .int8: try set(tensor, column, cell, value, Int8.self)
        case .uint64: try set(tensor, column, cell, value, UInt64.self)
        case .uint32: try set(tensor, column, cell, value, UInt32.self)
        case .uint16: try set(tensor, column, cell, value, UInt16.self)
        case .uint8: try set(tensor, column, cell, value, UInt8.self)
        case .bool:
            guard !value.isNaN else { throw missing(cell) }
            tensor.withElements(of: UInt8.self) { $0[column] = value == 0 ? 0 : 1 }
        case .float16, .bfloat16: break
        }
    }

    /// Why a score is not a number: mostly a missing value that the model has no answer to.
    func noScore(_ workspace: Workspace) -> InferenceError {
        for cell in cells {
            if workspace.row[cell.feature].isNaN { return Self.missing(cell) }
        }
        return InferenceError(.input, "the model's score for this row is not a number")
    }

    private static func missing(_ cell: Cell) -> InferenceError {
        InferenceError(.input, "feature '\(cell.name)' is missing")
    }

    private static func set<Number: FixedWidthInteger & BitwiseCopyable>(
        _ tensor: Tensor, _ column: Int, _ cell: Cell, _ value: Double, _ type: Number.Type
    ) throws(InferenceError) {
        guard !value.isNaN else { throw missing(cell) }
        guard let number = Number(exactly: value) else {
            throw InferenceError(
                .input, "feature '\(cell.name)': \(value) is no whole number of its input's range")
        }
        tensor.withElements(of: Number.self) { $0[column] = number }
    }

    private static func appendCategory(
        _ tensor: Tensor, _ cell: Cell, _ value: Double
    ) throws(InferenceError) {
        if value.isNaN {
            guard cell.allowsMissing else { throw missing(cell) }
            tensor.appendString("")
            return
        }
        guard let code = Int(exactly: value), cell.categories.indices.contains(code) else {
            throw InferenceError(.input, "feature '\(cell.name)': the value is no category's code")
        }
        tensor.appendString(cell.categories[code])
    }
}
