/// One thread's registers for one program, and what the rules of the current row did.
final class ExpressionMemory {
    /// NaN is missing, or unknown.
    let scalars: UnsafeMutableBufferPointer<Double>
    let texts: UnsafeMutableBufferPointer<TextRange>
    var arena = TextArena()
    /// Rules that fired, in the order of evaluation, and their scores beside them.
    let fired: UnsafeMutableBufferPointer<Int32>
    let firedScores: UnsafeMutableBufferPointer<Double>
    var firedCount = 0
    /// Rules whose condition, or whose score, was unknown.
    let unknown: UnsafeMutableBufferPointer<Int32>
    var unknownCount = 0
    /// Whether the rules' base score was unknown, and 0 has been taken for it.
    var baseIsUnknown = false

    init(_ program: ExpressionProgram, ruleCount: Int) {
        scalars = .allocate(capacity: program.scalarCount)
        scalars.initialize(repeating: .nan)
        texts = .allocate(capacity: program.textCount)
        texts.initialize(repeating: .missing)
        fired = .allocate(capacity: ruleCount)
        fired.initialize(repeating: 0)
        firedScores = .allocate(capacity: ruleCount)
        firedScores.initialize(repeating: 0)
        unknown = .allocate(capacity: ruleCount)
        unknown.initialize(repeating: 0)
        for constant in program.scalarConstants { scalars[constant.register] = constant.value }
        for constant in program.textConstants {
            texts[constant.register] = arena.addConstant(constant.value)
        }
    }

    deinit {
        scalars.deallocate()
        texts.deallocate()
        fired.deallocate()
        firedScores.deallocate()
        unknown.deallocate()
    }

    /// Forgets the row before; inputs are set after that.
    func beginRow() {
        arena.beginRow()
        firedCount = 0
        unknownCount = 0
    }
}
