/// Values of expressions that depend on no input: they are compiled and run once, so that a constant
/// is what the same expression gives at a request.
enum ConstantFolding {
    /// Nil when it depends on an input, or is a text; NaN when it is always missing.
    static func scalar(_ node: TypedNode) -> Double? {
        guard node.isConstant, node.type != .text else { return nil }
        if case .scalar(let value) = node.kind { return value }
        var builder = ProgramBuilder()
        guard let list = soleList(of: node, &builder) else { return nil }
        guard let register = builder.addInput("value", .number) else { return nil }
        builder.emitScalar(list, into: register)
        guard let program = builder.finish() else { return nil }
        let memory = ExpressionMemory(program, ruleCount: 0)
        Interpreter.run(program, memory)
        return memory.scalars[register]
    }

    /// A node that looks into lists of another program is not folded.
    private static func soleList(of node: TypedNode, _ builder: inout ProgramBuilder) -> TypedNode?
    {
        node.usesLists ? nil : node
    }
}

extension TypedNode {
    /// Its operands.
    var children: [TypedNode] {
        switch kind {
        case .scalar, .text, .register, .textRegister: []
        case .scalar1(_, let operand), .texts1(_, let operand), .textMap(_, let operand),
            .isIn(let operand, _):
            [operand]
        case .scalar2(_, let a, let b), .texts2(_, let a, let b), .and(let a, let b),
            .or(let a, let b):
            [a, b]
        case .conditional(let condition, let yes, let no): [condition, yes, no]
        case .coalesce(let values): values
        }
    }

    /// Whether there is an `in` somewhere in it.
    var usesLists: Bool {
        if case .isIn = kind { return true }
        return children.contains(where: \.usesLists)
    }
}
