/// One named input of a program as a tensor column: how its elements are read and checked.
struct InputColumn: Sendable {
    let name: String
    let type: ValueType
    let allowsMissing: Bool
    /// A text register for texts, else a scalar one.
    let register: Int

    init(_ input: RuleSet.Input, register: Int) {
        name = input.name
        type = input.type
        allowsMissing = input.allowsMissing
        self.register = register
    }

    /// Elements of one a row. What may be missing is FP64, where NaN says so: integers, booleans and
    /// times have no other way to. A missing text is an empty one.
    var spec: TensorSpec {
        let element: ElementType =
            switch type {
            case .text: .string
            case .number: .float64
            case .boolean: allowsMissing ? .float64 : .bool
            case .integer, .timestamp, .duration: allowsMissing ? .float64 : .int64
            }
        return TensorSpec(name: name, type: element, shape: [-1])
    }

    private func fail(_ row: Int, _ what: String) -> InferenceError {
        InferenceError(.input, "input '\(name)', row \(row): \(what)")
    }

    /// Puts element `row` of `tensor`, which is as ``spec`` has it, into its register.
    @inline(__always)
    func load(_ tensor: Tensor, row: Int, _ memory: ExpressionMemory) throws(InferenceError) {
        switch tensor.type {
        case .float64:
            let value = tensor.withElements(of: Double.self) { $0[row] }
            memory.scalars[register] = try checked(value, row)
        case .int64:
            let value = Double(tensor.withElements(of: Int64.self) { $0[row] })
            guard value.magnitude <= ExpressionLimits.integerMax else {
                throw fail(row, "an integer here has at most 2^53")
            }
            memory.scalars[register] = value
        case .bool:
            let value = tensor.withElements(of: UInt8.self) { $0[row] }
            memory.scalars[register] = value == 0 ? 0 : 1
        default: try loadText(tensor, row: row, memory)
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
            guard bytes.byteCount > 0 else {
                guard allowsMissing else { throw fail(row, "must not be missing") }
                return .missing
            }
            guard bytes.byteCount <= ExpressionLimits.valueBytesMax else {
                throw fail(row, "a text has at most \(ExpressionLimits.valueBytesMax) bytes")
            }
            return memory.arena.append(bytes)
        }
    }
}
