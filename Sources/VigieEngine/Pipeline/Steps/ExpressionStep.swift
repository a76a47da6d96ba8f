/// Computes an expression over a row's values.
struct ExpressionStep: Sendable {
    /// A value of the pipeline and the register that it goes to.
    struct Input: Sendable {
        var value: Int
        var register: Int
        var isText: Bool
    }

    var program: ExpressionProgram
    var inputs: [Input]
    /// Where the program leaves its result.
    var result: Int
    var isText: Bool
    /// What the expression is, for explanations.
    var node: TypedNode
    /// Its place among the workspace's memories.
    var memory: Int
    /// Where it goes among the pipeline's values.
    var value: Int

    func run(_ workspace: PipelineWorkspace, rowCount: Int) throws(InferenceError) {
        let memory = workspace.memories[memory]
        let output = workspace.values[value]
        output.reshape(TensorShape([rowCount]))
        for row in 0..<rowCount {
            load(memory, row: row, workspace)
            Interpreter.run(program, memory)
            guard !memory.arena.isFull else {
                throw InferenceError(.limit, "row \(row): its texts are too long")
            }
            guard isText else {
                output.withElements(of: Double.self) { $0[row] = memory.scalars[result] }
                continue
            }
            let text = memory.texts[result]
            if text.isMissing {
                output.appendString("")
            } else {
                memory.arena.withText(text) { output.appendString($0.bytes) }
            }
        }
    }

    /// Puts one row's values into the program's registers.
    func load(_ memory: ExpressionMemory, row: Int, _ workspace: PipelineWorkspace) {
        memory.beginRow()
        for input in inputs {
            let tensor = workspace.values[input.value]
            if input.isText {
                memory.texts[input.register] = tensor.withString(at: row) { text in
                    text.byteCount == 0 ? .missing : memory.arena.append(text)
                }
            } else {
                memory.scalars[input.register] = tensor.withElements(of: Double.self) { $0[row] }
            }
        }
    }
}
