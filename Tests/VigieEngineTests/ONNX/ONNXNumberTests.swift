import Testing

@testable import VigieEngine

/// Batches, neighbours, and numbers at the edges, for every export of exports.pack.
@Suite struct ONNXNumberTests {
    /// Rows of one input.
    private struct Rows {
        let values: ONNXCase.Values

        var count: Int { values.shape[0] }

        /// Fills `tensor` with the rows of these numbers.
        func fill(_ tensor: Tensor, _ rows: [Int]) {
            var shape = values.shape
            let width = (values.shape.elementCount ?? 0) / max(count, 1)
            shape[0] = rows.count
            tensor.reshape(shape)
            if values.type == .string {
                for row in rows {
                    for column in 0..<width {
                        tensor.appendString(values.strings[row * width + column])
                    }
                }
                return
            }
            let size = width * values.type.byteCount
            tensor.withMutableBytes { out in
                for (place, row) in rows.enumerated() {
                    for index in 0..<size {
                        out[place * size + index] = values.bytes[row * size + index]
                    }
                }
            }
        }
    }

    /// Each row's part of each output, as bytes or text.
    private static func answers(_ workspace: Workspace, _ rows: Int) -> [[String]] {
        workspace.outputs.map { output in
            let width = rows == 0 ? 0 : output.count / rows
            return (0..<rows).map { row in
                guard output.type != .string else {
                    return (0..<width).map { output.string(at: row * width + $0) }
                        .joined(separator: "|")
                }
                let size = width * output.type.byteCount
                return output.bytes.withUnsafeBytes { bytes in
                    bytes[(row * size)..<(row * size + size)].map { String($0, radix: 16) }
                        .joined(separator: " ")
                }
            }
        }
    }

    private static func run(
        _ artifact: Artifact, _ workspace: Workspace, _ fixture: ONNXCase, _ rows: [Int]
    ) throws {
        for (index, spec) in artifact.inputs.enumerated() {
            let values = try #require(fixture.inputs.first { $0.name == spec.name })
            Rows(values: values).fill(workspace.inputs[index], rows)
        }
        try artifact.run(workspace)
    }

    @Test func rows_do_not_depend_on_their_neighbours() throws {
        for fixture in FixturePack.exports {
            let artifact = try fixture.load()
            let workspace = artifact.makeWorkspace()
            let count = try #require(fixture.inputs.first).shape[0]
            try Self.run(artifact, workspace, fixture, Array(0..<count))
            let together = Self.answers(workspace, count)
            for rows in [[3], [7, 3], Array((0..<count).reversed())] {
                try Self.run(artifact, workspace, fixture, rows)
                let alone = Self.answers(workspace, rows.count)
                for (output, known) in zip(alone, together) {
                    for (place, row) in rows.enumerated() {
                        #expect(output[place] == known[row], "\(fixture.name), row \(row)")
                    }
                }
            }
        }
    }

    /// But where the graph itself reshapes to a row that is not there.
    @Test func empty_batches_give_empty_outputs() throws {
        var refused: Set<String> = []
        for fixture in FixturePack.exports {
            let artifact = try fixture.load()
            let workspace = artifact.makeWorkspace()
            for (index, spec) in artifact.inputs.enumerated() {
                let values = try #require(fixture.inputs.first { $0.name == spec.name })
                Rows(values: values).fill(workspace.inputs[index], [])
            }
            do throws(InferenceError) {
                try artifact.run(workspace)
            } catch {
                refused.insert(String(fixture.name.prefix { $0 != "|" }))
                continue
            }
            for (output, spec) in zip(workspace.outputs, artifact.outputs) {
                #expect(output.count == 0, "\(fixture.name), \(spec.name): \(output.shape)")
            }
        }
        // It reshapes what is left to a number of rows that an empty batch does not have.
        #expect(refused == ["quantile-transformer"])
    }

    /// A row with a number at the edge gives an answer or an error, the same alone and among others,
    /// and leaves the others as they were.
    @Test func numbers_at_the_edge_stay_in_their_row() throws {
        let edges: [Double] = [
            .nan, .infinity, -.infinity, Double.leastNonzeroMagnitude, -1e-40, 1e38, -0.0,
            .greatestFiniteMagnitude,
        ]
        for fixture in FixturePack.exports {
            let values = try #require(fixture.inputs.first)
            guard values.type == .float32 || values.type == .float64 else { continue }
            let artifact = try fixture.load()
            let workspace = artifact.makeWorkspace()
            try Self.run(artifact, workspace, fixture, [0, 1, 2])
            let known = Self.answers(workspace, 3)
            for edge in edges {
                for (index, spec) in artifact.inputs.enumerated() {
                    let values = try #require(fixture.inputs.first { $0.name == spec.name })
                    Rows(values: values).fill(workspace.inputs[index], [0, 1, 2])
                }
                let input = workspace.inputs[0]
                let width = input.count / 3
                if input.type == .float32 {
                    input.withElements(of: Float.self) { $0[width] = Float(edge) }
                } else {
                    input.withElements(of: Double.self) { $0[width] = edge }
                }
                do throws(InferenceError) {
                    try artifact.run(workspace)
                } catch {
                    #expect(!error.message.isEmpty)
                    continue
                }
                for (output, expected) in zip(Self.answers(workspace, 3), known) {
                    #expect(output[0] == expected[0], "\(fixture.name) with \(edge)")
                    #expect(output[2] == expected[2], "\(fixture.name) with \(edge)")
                }
            }
        }
    }
}
