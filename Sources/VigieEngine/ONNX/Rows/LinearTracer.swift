/// Follows the features of one row through a graph, as long as every value is a sum of functions of
/// one feature each: imputers, scalers, one-hot encoders and concatenations work column by column,
/// and a linear model adds the columns up.
struct LinearTracer {
    /// A form's terms are bounded, so that a wide network is not multiplied out.
    private static let termsMax = 1 << 18

    private let program: Program
    private let values: Values
    private let layout: RowLayout
    private let signature: Signature
    private var forms: [Int: [LinearForm]] = [:]
    private var atoms: [Atom] = []
    private var numbers: [Atom: Int] = [:]
    private var termCount = 0

    /// - Parameter values: of a run on one row, for the shapes.
    init(_ program: Program, _ values: Values, _ layout: RowLayout, _ signature: Signature) {
        self.program = program
        self.values = values
        self.layout = layout
        self.signature = signature
    }

    /// The log-odds as a sum over features; nil if the model is none.
    func score(_ link: Link, _ columns: Int, _ meanTerms: [String: Double]) -> LinearScore? {
        var tracer = self
        guard let raw = tracer.trace(to: link.raw), raw.count == columns, var form = raw.last,
            let first = raw.first
        else { return nil }
        switch link.kind {
        case .raw, .pair, .logistic: break
        case .softmax: form.add(first, times: -1)
        case .normalizedLogistic:
            // Two opposite scores: σ(x) / σ(-x) = e^x.
            let opposite = first.mapped { -$0 }
            guard form.constant == opposite.constant, form.terms == opposite.terms,
                form.offsets == opposite.offsets
            else { return nil }
        case .complement, .probabilities: return nil
        }
        return LinearScore(form, tracer.atoms, layout, signature, meanTerms)
    }

    private mutating func trace(to slot: Int) -> [LinearForm]? {
        for (input, slot) in program.inputSlots.enumerated() {
            let cells = layout.cells.filter { $0.input == input }
            forms[slot] = cells.map { cell in
                column(Atom(feature: cell.feature))
            }
        }
        for step in program.steps.prefix(program.stepCounts[slot] ?? program.steps.count) {
            trace(step)
            if termCount > Self.termsMax { return nil }
        }
        return forms[slot]
    }

    private mutating func number(_ atom: Atom) -> Int {
        if let number = numbers[atom] { return number }
        atoms.append(atom)
        numbers[atom] = atoms.count - 1
        return atoms.count - 1
    }

    /// The forms of a slot; a constant's are its numbers.
    private func read(_ slot: Int) -> [LinearForm]? {
        if let known = forms[slot] { return known }
        guard let tensor = program.constants[slot] else { return nil }
        switch tensor.type {
        case .float32:
            return tensor.withElements(of: Float.self) { $0.map { .constant(Double($0)) } }
        case .float64: return tensor.withElements(of: Double.self) { $0.map { .constant($0) } }
        case .int64: return tensor.withElements(of: Int64.self) { $0.map { .constant(Double($0)) } }
        default: return nil
        }
    }

    private mutating func write(_ slot: Int, _ new: [LinearForm]?) {
        guard let new, new.count == values[slot].count else { return }
        termCount += new.reduce(0) { $0 + $1.terms.count + 1 }
        forms[slot] = new
    }

    /// A step that is not known leaves its outputs unknown.
    private mutating func trace(_ step: Step) {
        if let movement = step.movement { return move(step, movement) }
        switch step {
        case let step as CastStep: cast(step)
        case let step as BinaryStep: write(step.output, combine(step))
        case let step as ScalerStep: write(step.output, scale(step))
        case let step as ImputerStep: write(step.output, impute(step))
        case let step as OneHotStep: write(step.output, encode(step))
        case let step as BinarizerStep:
            write(step.output, map(step.input) { _ in .isAbove(step.threshold) })
        case let step as LinearStep: write(step.output, multiply(step))
        case let step as MatMulStep: write(step.output, multiply(step))
        case let step as GemmStep: write(step.output, multiply(step))
        default: break
        }
    }

    /// Runs a step that only moves elements on their numbers instead.
    private mutating func move(_ step: Step, _ movement: Movement) {
        guard movement.arguments.allSatisfy({ program.constants[$0] != nil }) else { return }
        var sources: [LinearForm] = []
        var originals: [(Int, Tensor)] = []
        defer { for (slot, tensor) in originals { values[slot] = tensor } }
        for slot in movement.data {
            guard let known = read(slot), known.count == values[slot].count else { return }
            let tensor = Tensor(type: values[slot].type)
            tensor.reshape(values[slot].shape)
            guard tensor.number(from: sources.count) else { return }
            originals.append((slot, values[slot]))
            values[slot] = tensor
            sources += known
        }
        do throws(InferenceError) {
            try step.run(values)
        } catch {
            return
        }
        for output in movement.outputs {
            let numbers = values[output].numbers
            guard numbers.allSatisfy(sources.indices.contains) else { continue }
            write(output, numbers.map { sources[$0] })
        }
    }

    private mutating func cast(_ step: CastStep) {
        let reals: [ElementType] = [.float32, .float64]
        let whole: [ElementType] = [.bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32]
        // Rounding to a float is no more than the float arithmetic of the graph itself does.
        if reals.contains(step.target), reals.contains(step.source) || whole.contains(step.source) {
            write(step.output, read(step.input))
        } else if step.target == .int64, step.source != .string {
            // Only one-hot encoders may follow; they cut to whole numbers themselves.
            casts[step.output] = step.input
        }
    }

    /// Casts to INT64 that have been looked through.
    private var casts: [Int: Int] = [:]
}

// Column by column.
extension LinearTracer {
    /// Each form with `operation` after it, as a new atom; nil if a form has more than one feature.
    private mutating func map(
        _ slot: Int, _ operation: (Int) -> Atom.Operation
    ) -> [LinearForm]? {
        guard let sources = read(slot) else { return nil }
        var result: [LinearForm] = []
        for (column, form) in sources.enumerated() {
            guard let atom = append(operation(column), to: form) else { return nil }
            result.append(atom)
        }
        return result
    }

    private mutating func append(
        _ operation: Atom.Operation, to form: LinearForm
    ) -> LinearForm? {
        guard let owner = form.owner, form.terms.count == 1,
            let (number, weight) = form.terms.first
        else { return nil }
        var atom = atoms[number]
        let offset = form.constant + (form.offsets[owner] ?? 0)
        if weight != 1 || offset != 0 {
            atom.operations.append(.affine(scale: weight, offset: offset))
        }
        atom.operations.append(operation)
        return column(atom)
    }

    private mutating func column(_ atom: Atom) -> LinearForm {
        LinearForm(constant: 0, terms: [number(atom): 1], owner: atom.feature)
    }

    private mutating func impute(_ step: ImputerStep) -> [LinearForm]? {
        let isReal = step.type == .float32 || step.type == .float64
        return map(step.input) { column in
            if isReal {
                let to = step.reals.base[step.reals.count == 1 ? 0 : column]
                return .replace(from: step.replacedReal.bitPattern, to: to)
            }
            let to = step.integers.base[step.integers.count == 1 ? 0 : column]
            return .replace(from: Double(step.replacedInteger).bitPattern, to: Double(to))
        }
    }

    private mutating func encode(_ step: OneHotStep) -> [LinearForm]? {
        guard let sources = read(casts[step.input] ?? step.input) else { return nil }
        var result: [LinearForm] = []
        for form in sources {
            for index in 0..<step.keys.count {
                let operation: Atom.Operation =
                    step.keys.isText
                    ? .isText(step.keys.string(index)) : .isNumber(step.keys.integer(index))
                guard let atom = append(operation, to: form) else { return nil }
                result.append(atom)
            }
        }
        return result
    }

    private mutating func scale(_ step: ScalerStep) -> [LinearForm]? {
        guard let sources = read(step.input) else { return nil }
        var result: [LinearForm] = []
        for (column, form) in sources.enumerated() {
            let offset = step.offset.base[step.offset.count == 1 ? 0 : column]
            let scale = step.scale.base[step.scale.count == 1 ? 0 : column]
            // The centre belongs to the feature, not to the base value: a scaled feature's term is
            // then what scikit-learn's coefficient multiplies, and 0 for the average applicant.
            let affine = Atom.Operation.affine(
                scale: Double(scale), offset: -Double(offset) * Double(scale))
            if let centred = append(affine, to: form) {
                result.append(centred)
            } else {
                var form = form
                form.add(constant: -Double(offset))
                result.append(form * Double(scale))
            }
        }
        return result
    }

    /// Sums of forms; products and quotients with constants.
    private func combine(_ step: BinaryStep) -> [LinearForm]? {
        guard let left = read(step.a), let right = read(step.b),
            let shape = Broadcast.shape(values[step.a].shape, values[step.b].shape),
            left.count == values[step.a].count, right.count == values[step.b].count
        else { return nil }
        let walk = Broadcast(shape, values[step.a].shape, values[step.b].shape)
        let (a, b, _) = walk.runStrides
        var result: [LinearForm]? = []
        walk.forEachRun { _, first, second, _ in
            for index in 0..<walk.runCount {
                let form = Self.combine(
                    step.kind, left[first + index * a], right[second + index * b])
                if let form { result?.append(form) } else { result = nil }
            }
        }
        return result
    }

    private static func combine(
        _ kind: BinaryStep.Kind, _ left: LinearForm, _ right: LinearForm
    ) -> LinearForm? {
        var result = left
        switch kind {
        case .add:
            // A constant on the left joins the column on the right as well.
            if left.isConstant { result = right }
            result.add(left.isConstant ? left : right)
        case .subtract:
            if left.isConstant { result = right.mapped { -$0 } }
            result.add(left.isConstant ? left : right, times: left.isConstant ? 1 : -1)
        case .multiply:
            guard right.isConstant || left.isConstant else { return nil }
            return right.isConstant ? left * right.constant : right * left.constant
        case .divide:
            guard right.isConstant else { return nil }
            return left.mapped { $0 / right.constant }
        default: return nil
        }
        return result
    }
}

// Linear models.
extension LinearTracer {
    private func multiply(_ step: LinearStep) -> [LinearForm]? {
        guard let sources = read(step.input), sources.count == step.columns else { return nil }
        return (0..<step.bias.count).map { target in
            var sum = LinearForm.constant(0)
            for (column, form) in sources.enumerated() {
                sum.add(form, times: Double(step.weights.base[target * step.columns + column]))
            }
            sum.constant += Double(step.bias.base[target])
            return sum
        }
    }

    private func multiply(_ step: MatMulStep) -> [LinearForm]? {
        guard values[step.b].shape.rank == 2, let sources = read(step.a) else { return nil }
        return product(sources, step.b, transposed: false, 1)
    }

    private func multiply(_ step: GemmStep) -> [LinearForm]? {
        guard !step.transA, let sources = read(step.a),
            var result = product(sources, step.b, transposed: step.transB, Double(step.alpha))
        else { return nil }
        if let c = step.c {
            guard let term = read(c), term.count == result.count || term.count == 1 else {
                return nil
            }
            for index in result.indices {
                result[index].add(term[term.count == 1 ? 0 : index], times: Double(step.beta))
            }
        }
        return result
    }

    /// One row times a constant matrix.
    private func product(
        _ row: [LinearForm], _ slot: Int, transposed: Bool, _ factor: Double
    ) -> [LinearForm]? {
        let shape = values[slot].shape
        guard program.constants[slot] != nil, let matrix = read(slot), shape.rank == 2,
            shape[transposed ? 1 : 0] == row.count
        else { return nil }
        let columns = shape[transposed ? 0 : 1]
        return (0..<columns).map { column in
            var sum = LinearForm.constant(0)
            for (index, form) in row.enumerated() {
                let place = transposed ? column * row.count + index : index * columns + column
                sum.add(form, times: matrix[place].constant * factor)
            }
            return sum
        }
    }
}

extension Tensor {
    /// Fills the tensor with consecutive numbers as bits or text; false for types too narrow.
    fileprivate func number(from first: Int) -> Bool {
        switch type.byteCount {
        case 0: for index in 0..<count { appendString(String(first + index)) }
        case 4:
            withElements(of: Int32.self) {
                for index in $0.indices { $0[index] = Int32(first + index) }
            }
        case 8:
            withElements(of: Int64.self) {
                for index in $0.indices { $0[index] = Int64(first + index) }
            }
        default: return count == 0
        }
        return true
    }

    /// What ``number(from:)`` has written.
    fileprivate var numbers: [Int] {
        switch type.byteCount {
        case 0: (0..<count).map { Int(string(at: $0)) ?? -1 }
        case 4: withElements(of: Int32.self) { $0.map { Int($0) } }
        default: withElements(of: Int64.self) { $0.map { Int($0) } }
        }
    }
}
