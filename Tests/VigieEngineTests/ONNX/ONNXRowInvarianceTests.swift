import TestRandom
import Testing

@testable import VigieEngine

/// A row's answer depends neither on how many rows there are nor on which.
@Suite struct ONNXRowInvarianceTests {
    /// Networks of one FP32 input whose first extent is free, and what each row's outputs have.
    private static let networks = (FixturePack.keras + FixturePack.networks).filter { fixture in
        (fixture.name.hasPrefix("torch/") || FixturePack.keras.contains { $0.name == fixture.name })
            && fixture.inputs.count == 1 && fixture.inputs[0].type == .float32
    }

    /// What `artifact` gives for `rows`, bit by bit, row after row of its first output.
    private func run(_ artifact: Artifact, _ rows: [[Float]], _ shape: TensorShape) throws
        -> [[UInt32]]
    {
        let workspace = artifact.makeWorkspace()
        var extents = shape
        extents[0] = rows.count
        workspace.inputs[0].reshape(extents)
        workspace.inputs[0].withElements(of: Float.self) { elements in
            for (index, value) in rows.joined().enumerated() { elements[index] = value }
        }
        try artifact.run(workspace)
        let out = workspace.outputs[0]
        try #require(out.shape[0] == rows.count)
        let width = rows.isEmpty ? 0 : out.count / rows.count
        return out.withElements(of: Float.self) { elements in
            rows.indices.map { row in
                elements[(row * width)..<((row + 1) * width)].map(\.bitPattern)
            }
        }
    }

    @Test func each_row_is_answered_as_if_it_were_alone() throws {
        let seed: UInt64 = 21
        var random = SplitMix(seed: seed)
        #expect(Self.networks.count >= 40)
        for fixture in Self.networks {
            let artifact = try fixture.load()
            let shape = fixture.inputs[0].shape
            let width = (1..<shape.rank).reduce(1) { $0 * shape[$1] }
            let rows = (0..<19).map { _ in
                (0..<width).map { _ in Float.random(in: -3..<3, using: &random) }
            }
            let alone = try rows.map { try run(artifact, [$0], shape)[0] }
            for count in [2, 3, 5, 8, 19] {
                #expect(
                    try run(artifact, Array(rows[..<count]), shape) == Array(alone[..<count]),
                    "\(fixture.name), \(count) rows, seed \(seed)")
            }
            let turned = Array(rows.reversed())
            #expect(
                try run(artifact, turned, shape) == alone.reversed(),
                "\(fixture.name), seed \(seed)")
        }
    }

    @Test func NaN_and_infinities_stay_in_their_rows() throws {
        var random = SplitMix(seed: 22)
        for fixture in Self.networks {
            let artifact = try fixture.load()
            let shape = fixture.inputs[0].shape
            let width = (1..<shape.rank).reduce(1) { $0 * shape[$1] }
            var rows = (0..<9).map { _ in
                (0..<width).map { _ in Float.random(in: -3..<3, using: &random) }
            }
            let before = try run(artifact, rows, shape)
            rows[2][0] = .nan
            rows[4][width - 1] = .infinity
            rows[6] = rows[6].map { _ in -.infinity }
            rows[7] = rows[7].map { _ in Float.leastNonzeroMagnitude }
            let after = try run(artifact, rows, shape)
            for row in [0, 1, 3, 5, 8] {
                #expect(after[row] == before[row], "\(fixture.name), row \(row)")
            }
            #expect(!after[7].contains { !Float(bitPattern: $0).isFinite }, "\(fixture.name)")
        }
    }

    @Test func no_rows_give_no_rows() throws {
        for fixture in Self.networks {
            let artifact = try fixture.load()
            #expect(try run(artifact, [], fixture.inputs[0].shape).isEmpty, "\(fixture.name)")
        }
    }

    @Test func running_again_after_more_rows_changes_nothing() throws {
        var random = SplitMix(seed: 23)
        for fixture in Self.networks {
            let artifact = try fixture.load()
            let workspace = artifact.makeWorkspace()
            var answers: [[UInt32]] = []
            for count in [1, 40, 1] {
                var shape = fixture.inputs[0].shape
                shape[0] = count
                workspace.inputs[0].reshape(shape)
                workspace.inputs[0].withElements(of: Float.self) { elements in
                    for index in elements.indices {
                        elements[index] =
                            count == 1
                            ? Float(index) * 0.1 : Float.random(in: -2..<2, using: &random)
                    }
                }
                try artifact.run(workspace)
                answers.append(
                    workspace.outputs[0].withElements(of: Float.self) { $0.map(\.bitPattern) })
            }
            #expect(answers[0] == answers[2], "\(fixture.name)")
        }
    }
}
