/// Makes an ``ExpressionProgram``: takes inputs and expressions, checks and compiles them.
///
/// Registers hold inputs, named sub-expressions and constants for good, and intermediate values for
/// a while. While code is being made, an intermediate value is known by a negative number: how many
/// registers the others take is known only at the end.
struct ProgramBuilder {
    private(set) var scope = ExpressionScope()
    private(set) var code: [Instruction] = []
    private var scalarCount = 0
    private var textCount = 0
    private var scalarConstants: [UInt64: Int] = [:]
    private var textConstants: [[UInt8]: Int] = [:]
    private var orderedScalars: [(register: Int, value: Double)] = []
    private var orderedTexts: [(register: Int, value: String)] = []
    private var lists: [ValueList] = []
    /// Intermediate values that are alive now, and the most there ever were.
    private var scalarTemporaries = (alive: 0, most: 0)
    private var textTemporaries = (alive: 0, most: 0)

    // MARK: Names

    /// A new input's register: a text one for texts, else a scalar one. Nil when the name is taken.
    mutating func addInput(_ name: String, _ type: ValueType) -> Int? {
        let register = type == .text ? textCount : scalarCount
        guard scope.add(name, .init(type: type, register: register)) else { return nil }
        if type == .text { textCount += 1 } else { scalarCount += 1 }
        return register
    }

    /// - Returns: false when the name is taken.
    mutating func addList(_ list: ValueList, named name: String) -> Bool {
        lists.append(list)
        return scope.add(list: lists.count - 1, named: name)
    }

    func list(_ index: Int) -> ValueList { lists[index] }

    /// Reads an expression and checks its types.
    mutating func check(_ text: String) throws(ExpressionError) -> TypedNode {
        try check(try ExpressionParser.parse(text), text)
    }

    /// - Parameter text: what the node was read from.
    mutating func check(_ node: ExpressionNode, _ text: String) throws(ExpressionError) -> TypedNode
    {
        var lists = lists
        defer { self.lists = lists }
        // The two closures share the array through this box.
        let box = ListBox(lists)
        let checker = TypeChecker(
            text: Array(text.utf8), scope: scope,
            addList: { list in
                box.lists.append(list)
                return box.lists.count - 1
            }, list: { box.lists[$0] })
        let typed = try checker.check(node)
        lists = box.lists
        return typed
    }

    private final class ListBox {
        var lists: [ValueList]
        init(_ lists: [ValueList]) { self.lists = lists }
    }

    /// Compiles an expression into a register of its own, which later ones may use by its name.
    /// - Returns: false when the name is taken.
    mutating func define(_ name: String, _ node: TypedNode) -> Bool {
        let isText = node.type == .text
        let register = isText ? textCount : scalarCount
        guard scope.add(name, .init(type: node.type, register: register)) else { return false }
        if isText { textCount += 1 } else { scalarCount += 1 }
        if isText {
            emitText(node, into: register)
        } else {
            emitScalar(node, into: register)
        }
        return true
    }

    // MARK: Instructions

    /// Adds an instruction; its place.
    @discardableResult
    mutating func emit(_ operation: Operation, _ destination: Int = 0, _ a: Int = 0, _ b: Int = 0)
        -> Int
    {
        // Counts are bounded by `finish`, long before 2^31: an expression's nodes are limited.
        code.append(
            Instruction(
                operation: operation, destination: Int32(clamping: destination),
                a: Int32(clamping: a), b: Int32(clamping: b)))
        return code.count - 1
    }

    /// Makes the jump at `place` lead to the next instruction.
    mutating func land(_ place: Int) { code[place].b = Int32(clamping: code.count) }

    mutating func scalarTemporary() -> Int {
        scalarTemporaries.alive += 1
        scalarTemporaries.most = max(scalarTemporaries.most, scalarTemporaries.alive)
        return -scalarTemporaries.alive
    }

    mutating func textTemporary() -> Int {
        textTemporaries.alive += 1
        textTemporaries.most = max(textTemporaries.most, textTemporaries.alive)
        return -textTemporaries.alive
    }

    /// Calls `body`, after which intermediate values made in it are forgotten.
    @discardableResult
    mutating func withTemporaries<Result>(_ body: (inout ProgramBuilder) -> Result) -> Result {
        let scalars = scalarTemporaries.alive
        let texts = textTemporaries.alive
        defer {
            scalarTemporaries.alive = scalars
            textTemporaries.alive = texts
        }
        return body(&self)
    }

    mutating func scalarConstant(_ value: Double) -> Int {
        if let known = scalarConstants[value.bitPattern] { return known }
        scalarConstants[value.bitPattern] = scalarCount
        orderedScalars.append((scalarCount, value))
        scalarCount += 1
        return scalarCount - 1
    }

    /// - Parameter value: nil is a missing text.
    mutating func textConstant(_ value: String) -> Int {
        let key = Array(value.utf8)
        if let known = textConstants[key] { return known }
        textConstants[key] = textCount
        orderedTexts.append((textCount, value))
        textCount += 1
        return textCount - 1
    }

    /// A text register that is always missing.
    mutating func missingText() -> Int {
        if let known = missingTextRegister { return known }
        missingTextRegister = textCount
        textCount += 1
        return textCount - 1
    }
    private var missingTextRegister: Int?

    /// The program, with intermediate values after all other registers; nil when it takes more
    /// registers than ``ExpressionLimits/registersMax``.
    func finish() -> ExpressionProgram? {
        var program = ExpressionProgram()
        program.scalarCount = scalarCount + scalarTemporaries.most
        program.textCount = textCount + textTemporaries.most
        guard program.scalarCount <= ExpressionLimits.registersMax,
            program.textCount <= ExpressionLimits.registersMax,
            orderedTexts.reduce(0, { $0 + $1.value.utf8.count })
                <= ExpressionLimits.constantBytesMax
        else { return nil }
        program.scalarConstants = orderedScalars
        program.textConstants = orderedTexts
        // Each kind of list in an array of its own: the interpreter looks into it where it lies.
        var places: [Int] = []
        for list in lists {
            switch list {
            case .texts(let set):
                places.append(program.textLists.count)
                program.textLists.append(set)
            case .numbers(let set):
                places.append(program.numberLists.count)
                program.numberLists.append(set)
            }
        }
        program.code = code.map { instruction in
            var placed = instruction
            let kinds = instruction.operation.operands
            placed.destination = place(instruction.destination, kinds.destination)
            placed.a = place(instruction.a, kinds.a)
            placed.b = place(instruction.b, kinds.b)
            if instruction.operation == .isInTexts || instruction.operation == .isInNumbers {
                placed.b = Int32(clamping: places[Int(instruction.b)])
            }
            return placed
        }
        return program
    }

    private func place(_ register: Int32, _ kind: Operation.Operand) -> Int32 {
        guard register < 0 else { return register }
        switch kind {
        case .scalar: return Int32(scalarCount) - register - 1
        case .text: return Int32(textCount) - register - 1
        case .none: return register
        }
    }
}
