/// Compiled expressions: immutable, shared by all threads.
struct ExpressionProgram: Sendable {
    var code: [Instruction] = []
    /// Where each scalar constant lies, and what it is.
    var scalarConstants: [(register: Int, value: Double)] = []
    var textConstants: [(register: Int, value: String)] = []
    var scalarCount = 0
    var textCount = 0
    var textLists: [TextIndex] = []
    var numberLists: [NumberSet] = []

    /// Bytes that it occupies.
    var memoryBytes: Int {
        code.count * MemoryLayout<Instruction>.stride + scalarConstants.count * 16
            + textConstants.reduce(0) { $0 + 24 + $1.value.utf8.count }
            + textLists.reduce(0) { $0 + $1.memoryBytes }
            + numberLists.reduce(0) { $0 + $1.memoryBytes }
    }
}
