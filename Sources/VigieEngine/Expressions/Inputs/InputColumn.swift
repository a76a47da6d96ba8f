/// One named input of a program as a tensor column: how its elements are read and checked.
struct InputColumn: Sendable {
    let name: String
    let type: ValueType
    let allowsMissing: Bool
    /// A text register for texts, else a scalar one.
    let register: Int

    init(_ input: InputDeclaration, register: Int) {
        name = input.name
        type = input.type
        allowsMissing = input.allowsMissing
        self.register = register
    }

    /// One element a row. What may be missing is FP64, where NaN says so: integers, booleans and
    /// times have no other way to. A missing text is an empty one.
    var spec: TensorSpec {
        let element: ElementType =
            switch type {
            case .text: .string
            case .number: .float64
            case .boolean: allowsMissing ? .float64 : .bool
            case .integer, .timestamp, .duration: allowsMissing ? .float64 : .int64
            }
        return TensorSpec(name: name, type: element, shape: [-1], isOptional: allowsMissing)
    }

    private func fail(_ row: Int, _ what: String) -> InferenceError {
        InferenceError(.input, "input '\(name)', row \(row): \(what)")
    }

    /// Makes the register's value a missing one.
    func clear(_ memory: ExpressionMemory) {
        if type == .text {
            memory.texts[register] = .missing
        } else {
            memory.scalars[register] = .nan
        }
    }

    /// Puts element `row` of `tensor`, which is as ``spec`` has it, into its register.
    @inline(__always)
    func load(_ tensor: Tensor, row: Int, _ memory: ExpressionMemory) throws(InferenceError) {
        guard !tensor.isAbsent else {
            clear(memory)
            return
        }
        guard type != .text else { return try loadText(tensor, row: row, memory) }
        memory.scalars[register] = try scalar(tensor, row)
    }

    /// Element `row` of a tensor that is no text; NaN for a missing one.
    @inline(__always)
    private func scalar(_ tensor: Tensor, _ row: Int) throws(InferenceError) -> Double {
        guard !tensor.isAbsent else { return .nan }
        switch tensor.type {
        case .int64:
            let value = Double(tensor.withElements(of: Int64.self) { $0[row] })
            guard value.magnitude <= ExpressionLimits.integerMax else {
                throw fail(row, "an integer here has at most 2^53")
            }
            return value
        case .bool: return tensor.withElements(of: UInt8.self) { $0[row] } == 0 ? 0 : 1
        // As `spec` has it, no other type is left.
        default: return try checked(tensor.withElements(of: Double.self) { $0[row] }, row)
        }
    }

    /// Copies all elements of `tensor` to `values`, FP64 (missing ones as NaN) or BYTES.
    func copy(
        _ tensor: Tensor, to values: Tensor, rowCount: Int
    ) throws(InferenceError) {
        values.reshape(TensorShape([rowCount]))
        if type == .text {
            for row in 0..<rowCount {
                guard !tensor.isAbsent else {
                    values.appendString("")
                    continue
                }
                try tensor.withString(at: row) { bytes throws(InferenceError) in
                    try checkText(bytes, row)
                    values.appendString(bytes)
                }
            }
            return
        }
        try values.withElements(of: Double.self) { values throws(InferenceError) in
            for row in 0..<rowCount { values[row] = try scalar(tensor, row) }
        }
    }

    /// A value, if one of the input's type may be it.
    @inline(__always)
    func checked(_ value: Double, _ row: Int) throws(InferenceError) -> Double {
        if value.isNaN {
            guard allowsMissing else { throw fail(row, "must not be missing") }
            return value
        }
        switch type {
        case .number, .text: return value
        case .boolean:
            guard value == 0 || value == 1 else { throw fail(row, "a boolean is 0 or 1") }
        case .integer, .timestamp, .duration:
            guard value.rounded() == value, value.magnitude <= ExpressionLimits.integerMax else {
                throw fail(row, "expected a whole number of at most 2^53")
            }
        }
        return value
    }

    private func loadText(
        _ tensor: Tensor, row: Int, _ memory: ExpressionMemory
    ) throws(InferenceError) {
        memory.texts[register] = try tensor.withString(at: row) { bytes throws(InferenceError) in
            try checkText(bytes, row)
            return bytes.byteCount == 0 ? .missing : memory.arena.append(bytes)
        }
    }

    private func checkText(_ bytes: RawSpan, _ row: Int) throws(InferenceError) {
        guard bytes.byteCount > 0 || allowsMissing else { throw fail(row, "must not be missing") }
        guard bytes.byteCount <= ExpressionLimits.valueBytesMax else {
            throw fail(row, "a text has at most \(ExpressionLimits.valueBytesMax) bytes")
        }
    }
}

extension InputColumn {
    /// The length that all tensors have, each of the shape [N] or [N, 1], or left out.
    static func rowCount(
        _ columns: [InputColumn], _ tensors: [Tensor]
    ) throws(InferenceError) -> Int {
        var count: Int?
        var counted = 0
        for (index, tensor) in tensors.enumerated() where !tensor.isAbsent {
            let shape = tensor.shape
            guard shape.rank == 1 || shape.rank == 2 && shape[1] == 1 else {
                throw InferenceError(
                    .input, "input '\(columns[index].name)' has shape \(shape), expected [-1]")
            }
            guard count == nil || count == shape[0] else {
                throw InferenceError(
                    .input,
                    "input '\(columns[index].name)' has \(shape[0]) elements, "
                        + "'\(columns[counted].name)' \(count ?? 0): all have one a row")
            }
            if count == nil { counted = index }
            count = shape[0]
        }
        guard let count else {
            throw InferenceError(.input, "all inputs are left out: how many rows are there?")
        }
        return count
    }
}
