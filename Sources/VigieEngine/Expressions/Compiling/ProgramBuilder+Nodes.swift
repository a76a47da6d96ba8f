/// Code of typed expressions.
extension ProgramBuilder {
    /// The register of a scalar's value: its own if it has one, else an intermediate one.
    mutating func scalar(_ node: TypedNode) -> Int {
        switch node.kind {
        case .scalar(let value): return scalarConstant(value)
        case .register(let register): return register
        default:
            if node.isConstant, let value = ConstantFolding.scalar(node) {
                return scalarConstant(value)
            }
            let register = scalarTemporary()
            emitScalar(node, into: register)
            return register
        }
    }

    /// The register of a text's value.
    mutating func text(_ node: TypedNode) -> Int {
        switch node.kind {
        case .text(let value): return textConstant(value)
        case .textRegister(let register): return register
        default:
            let register = textTemporary()
            emitText(node, into: register)
            return register
        }
    }

    mutating func emitScalar(_ node: TypedNode, into register: Int) {
        switch node.kind {
        case .scalar, .register: emit(.move, register, scalar(node))
        case .scalar1(let operation, let operand):
            withTemporaries { $0.emit(operation, register, $0.scalar(operand)) }
        case .scalar2(let operation, let left, let right):
            withTemporaries { builder in
                let a = builder.scalar(left)
                builder.emit(operation, register, a, builder.scalar(right))
            }
        case .texts1(let operation, let operand):
            withTemporaries { $0.emit(operation, register, $0.text(operand)) }
        case .texts2(let operation, let left, let right):
            withTemporaries { builder in
                let a = builder.text(left)
                builder.emit(operation, register, a, builder.text(right))
            }
        case .isIn(let operand, let list):
            withTemporaries { builder in
                if operand.type == .text {
                    builder.emit(.isInTexts, register, builder.text(operand), list)
                } else {
                    builder.emit(.isInNumbers, register, builder.scalar(operand), list)
                }
            }
        case .and(let left, let right):
            emitLogic(.and, skip: .jumpIfFalse, left, right, into: register)
        case .or(let left, let right):
            emitLogic(.or, skip: .jumpIfTrue, left, right, into: register)
        case .conditional(let condition, let yes, let no):
            emitConditional(condition) { builder, isYes in
                builder.emitScalar(isYes ? yes : no, into: register)
            } missing: { builder in
                builder.emit(.move, register, builder.scalarConstant(.nan))
            }
        case .coalesce(let values):
            var ends: [Int] = []
            for value in values {
                emitScalar(value, into: register)
                ends.append(emit(.jumpIfPresent, 0, register))
            }
            for end in ends { land(end) }
        case .text, .textRegister, .textMap:
            // The checker gives a scalar type to scalar nodes only.
            preconditionFailure("a text where a scalar is made")
        }
    }

    mutating func emitText(_ node: TypedNode, into register: Int) {
        switch node.kind {
        case .text, .textRegister: emit(.textMove, register, text(node))
        case .textMap(let operation, let operand):
            withTemporaries { $0.emit(operation, register, $0.text(operand)) }
        case .conditional(let condition, let yes, let no):
            emitConditional(condition) { builder, isYes in
                builder.emitText(isYes ? yes : no, into: register)
            } missing: { builder in
                builder.emit(.textMove, register, builder.missingText())
            }
        case .coalesce(let values):
            var ends: [Int] = []
            for value in values {
                emitText(value, into: register)
                ends.append(emit(.jumpIfTextPresent, 0, register))
            }
            for end in ends { land(end) }
        case .scalar, .register, .scalar1, .scalar2, .texts1, .texts2, .isIn, .and, .or:
            preconditionFailure("a scalar where a text is made")
        }
    }

    /// The right operand is computed only if the left one does not settle it.
    private mutating func emitLogic(
        _ operation: Operation, skip: Operation, _ left: TypedNode, _ right: TypedNode,
        into register: Int
    ) {
        emitScalar(left, into: register)
        let jump = emit(skip, 0, register)
        withTemporaries { $0.emit(operation, register, register, $0.scalar(right)) }
        land(jump)
    }

    private mutating func emitConditional(
        _ condition: TypedNode, _ branch: (inout ProgramBuilder, Bool) -> Void,
        missing: (inout ProgramBuilder) -> Void
    ) {
        let (toNo, toMissing) = withTemporaries { builder in
            let register = builder.scalar(condition)
            return (
                builder.emit(.jumpIfFalse, 0, register), builder.emit(.jumpIfUnknown, 0, register)
            )
        }
        branch(&self, true)
        let fromYes = emit(.jump)
        land(toNo)
        branch(&self, false)
        let fromNo = emit(.jump)
        land(toMissing)
        missing(&self)
        land(fromYes)
        land(fromNo)
    }
}
