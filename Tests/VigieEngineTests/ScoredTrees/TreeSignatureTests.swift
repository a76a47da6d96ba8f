import Testing
import VigieEngine

/// Features by name, categories by name or code.
@Suite struct TreeSignatureTests {
    /// pandas' categories of the LightGBM case, in the file's order.
    private let names = ["black", "white", "Vert d'eau", "ünïcode", "", "0", "x y", "last"]

    @Test func pandas_categories_are_the_derived_signature() throws {
        let signature = try TreeCase.named("pandas", .lightgbm).load().signature
        #expect(signature.features[4].kind == .category)
        #expect(signature.features[4].categories == names)
        #expect(signature.features[0].kind == .number)
        #expect(signature.features.map(\.name) == ["f0", "f1", "f2", "f3", "f4", "f5"])
    }

    @Test(arguments: [("pandas", Flavor.lightgbm), ("histogram-names", .forest)])
    func features_and_categories_in_another_order_mean_the_same(
        name: String, flavor: Flavor
    ) throws {
        let test = try TreeCase.named(name, flavor)
        let artifact = try test.load()
        var signature = artifact.signature
        signature.features.reverse()
        let codes = Array(signature.features[1].categories.indices.reversed())
        signature.features[1].categories.reverse()
        let other = try test.load(signature: signature)
        let (workspace, otherWorkspace) = (artifact.makeWorkspace(), other.makeWorkspace())
        let rows = try test.rows()
        for row in 0..<60 {
            var values = Array(rows[row * 6..<(row + 1) * 6])
            let code = Int(values[4].isNaN ? 0 : min(max(values[4], 0), 7))
            values[4] = values[4].isNaN ? .nan : Double(code)
            workspace.row = values
            values[4] = values[4].isNaN ? .nan : Double(codes[code])
            otherWorkspace.row = values.reversed()
            #expect(try artifact.score(workspace) == other.score(otherWorkspace))
        }
    }

    /// LightGBM's categories without names are whole numbers, and may be declared either way.
    @Test func categories_without_names_are_whole_numbers() throws {
        let test = try TreeCase.named("categories", .lightgbm)
        let artifact = try test.load()
        #expect(artifact.signature.features[5].kind == .integer)
        var signature = artifact.signature
        signature.features[5].kind = .category
        signature.features[5].categories = (0..<40).map { "\($0)" }
        let other = try test.load(signature: signature)
        let (workspace, otherWorkspace) = (artifact.makeWorkspace(), other.makeWorkspace())
        for code in 0..<40 {
            workspace.row = [0.1, 0.2, 0.25, 0.5, 3, Double(code)]
            otherWorkspace.row = workspace.row
            #expect(try artifact.score(workspace) == other.score(otherWorkspace))
        }
        signature.features[5].kind = .number
        signature.features[5].categories = []
        #expect(throws: LoadError.self) { try test.load(signature: signature) }
    }

    /// scikit-learn's numeric categories: tensors carry the values, rows their codes.
    @Test func numbers_that_are_categories_are_looked_up() throws {
        let artifact = try TreeCase.named("histogram-categories", .forest).load()
        let feature = artifact.signature.features[4]
        #expect(feature.kind == .category)
        let values = (0..<8).map { Double($0) * 1.5 - 2 }
        #expect(feature.categories == values.map { Int(exactly: $0).map { "\($0)" } ?? "\($0)" })
        let workspace = artifact.makeWorkspace()
        for (code, value) in values.enumerated() {
            let row = [0.1, 0.2, 0.25, 0.5, value, 7]
            let outputs = try artifact.answer(row)
            workspace.row = [0.1, 0.2, 0.25, 0.5, Double(code), 7]
            for output in 0..<3 {
                let unexplained = try artifact.explain(workspace, output: output)
                #expect(unexplained.isFinite)
            }
            #expect(abs(outputs.reduce(0, +) - 1) < 1e-12)
        }
        // What is no category is missing.
        let unknown = try artifact.answer([0.1, 0.2, 0.25, 0.5, 0.7, 7])
        #expect(unknown == (try artifact.answer([0.1, 0.2, 0.25, 0.5, .nan, 7])))
    }

    @Test func a_background_must_fit_the_signature_and_the_limit() throws {
        let test = try TreeCase.named("binary", .lightgbm)
        let signature = try test.load().signature
        let row = [0.1, 0.2, 0.25, 0.5, 1, 7]
        func load(_ rows: [[Double]], _ signature: Signature?) throws -> Artifact {
            try test.load(signature: signature, explanation: .interventional(background: rows))
        }
        #expect(try load([row], signature).explainsRows)
        for (rows, given) in [
            ([row], nil), ([[1]], signature), ([], signature),
            (Array(repeating: row, count: 257), signature),
        ] as [([[Double]], Signature?)] {
            #expect(throws: LoadError.self) { try load(rows, given) }
        }
        let linear = try TreeCase.named("linear", .lightgbm)
        #expect(throws: LoadError.self) {
            try linear.load(
                signature: linear.load().signature, explanation: .interventional(background: [row])
            )
        }
        #expect(throws: LoadError.self) {
            try ArtifactSource(
                flavor: .scorecard, fileName: "s.json", bytes: [], signature: signature,
                explanation: .interventional(background: [row])
            ).load()
        }
    }
}
