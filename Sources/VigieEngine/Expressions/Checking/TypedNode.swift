/// An expression whose names are found and whose types fit.
struct TypedNode: Sendable {
    indirect enum Kind: Sendable {
        /// Of any scalar type; NaN never.
        case scalar(Double)
        case text(String)
        /// A register that holds an input, or a named sub-expression.
        case register(Int)
        case textRegister(Int)
        /// An operation with one or two scalar operands.
        case scalar1(Operation, TypedNode)
        case scalar2(Operation, TypedNode, TypedNode)
        /// An operation on texts that gives a scalar.
        case texts1(Operation, TypedNode)
        case texts2(Operation, TypedNode, TypedNode)
        /// Lower or upper case.
        case textMap(Operation, TypedNode)
        case and(TypedNode, TypedNode)
        case or(TypedNode, TypedNode)
        /// The list is one of the program's.
        case isIn(TypedNode, list: Int)
        case conditional(TypedNode, TypedNode, TypedNode)
        case coalesce([TypedNode])
    }

    var kind: Kind
    var type: ValueType
    /// Whether it depends on no input.
    var isConstant: Bool
}
