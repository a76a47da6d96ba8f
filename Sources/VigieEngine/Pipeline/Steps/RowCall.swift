/// Asks a member for its score, row by row, through its row view.
struct RowCall: Sendable {
    /// What a feature of the member is.
    struct Binding: Sendable {
        var value: Int
        /// For a text that is a category of the member: its categories.
        var categories: TextIndex?
    }

    var member: Int
    /// By the member's features.
    var bindings: [Binding]
    var takesResponse: Bool
    /// Where it goes among the pipeline's values.
    var value: Int

    func run(
        _ artifact: PipelineArtifact, _ workspace: PipelineWorkspace, rowCount: Int
    ) throws(InferenceError) {
        let called = artifact.plan.members[member]
        let memory = workspace.members[member]
        let link = called.link
        let output = workspace.values[value]
        output.reshape(TensorShape([rowCount]))
        for row in 0..<rowCount {
            try fill(memory, row: row, workspace, artifact)
            let score: Double
            do { score = try called.score(memory) } catch {
                throw artifact.error(error, member, row)
            }
            output.withElements(of: Double.self) {
                $0[row] = takesResponse ? link.response(score) : score
            }
        }
    }

    /// Puts one row into the member's.
    func fill(
        _ memory: Workspace, row: Int, _ workspace: PipelineWorkspace,
        _ artifact: PipelineArtifact
    ) throws(InferenceError) {
        for feature in bindings.indices {
            let tensor = workspace.values[bindings[feature].value]
            guard tensor.type == .string else {
                memory.row[feature] = tensor.withElements(of: Double.self) { $0[row] }
                continue
            }
            memory.row[feature] = try tensor.withString(at: row) { text throws(InferenceError) in
                guard text.byteCount > 0 else { return .nan }
                let code = text.withUnsafeBytes { bytes in
                    bindings[feature].categories?.place(of: bytes.bindMemory(to: UInt8.self).span)
                }
                guard let code else {
                    // What a pipeline derives from personal values may tell them.
                    let isPersonal = artifact.signature.features.contains(where: \.isPersonal)
                    let which =
                        isPersonal
                        ? "of this name" : "'\(tensor.string(at: row).prefix(48))'"
                    throw artifact.error(
                        InferenceError(
                            .input,
                            "feature '\(artifact.plan.members[member].signature.features[feature].name)' "
                                + "has no category \(which)"),
                        member, row)
                }
                return Double(code)
            }
        }
    }
}
