import Testing

@testable import VigieEngine

/// How a manifest's features meet a file's.
@Suite struct XGBoostSignatureTests {
    private static let towns = (0..<12).map { "town \($0)" }
    private static let branches = (100..<140).map { "\($0)" }

    /// The file's own features, as a manifest would have them.
    private static let features = [
        Feature(name: "town", kind: .category, missing: .allow, categories: towns),
        Feature(name: "branch", kind: .category, missing: .allow, categories: branches),
        Feature(name: "x2", missing: .allow), Feature(name: "x3", missing: .allow),
        Feature(name: "x4", missing: .allow),
    ]

    @Test func names_types_and_categories_come_from_the_file() throws {
        let artifact = try XGBoostCase.named("categories-partition").load()
        #expect(artifact.signature == Signature(features: Self.features))
        let plain = try XGBoostCase.named("json").load()
        #expect(plain.signature.features.map(\.name) == (0..<6).map { "f\($0)" })
        let codes = try XGBoostCase.named("categories-codes").load()
        #expect(codes.signature.features[0].categories == (0..<12).map { "\($0)" })
        #expect(codes.signature.features[2].kind == .number)
    }

    @Test func a_signature_in_another_order_scores_the_same_rows_the_same() throws {
        let test = try XGBoostCase.named("categories-partition")
        let own = try test.load()
        // Features and categories turned round.
        let turned = try test.load(
            signature: Signature(
                features: Self.features.reversed().map { feature in
                    var feature = feature
                    feature.categories.reverse()
                    return feature
                }))
        let (first, second) = (own.makeWorkspace(), turned.makeWorkspace())
        let rows = test.explainedRows()
        for row in 0..<test.explainedCount {
            for (place, feature) in Self.features.enumerated() {
                let value = Double(rows[row * 5 + place])
                first.row[place] = value
                second.row[4 - place] =
                    feature.kind == .category
                    ? Double(feature.categories.count - 1) - value : value
            }
            #expect(try own.explain(first) == turned.explain(second))
            #expect(first.contributions == second.contributions.reversed())
        }
    }

    private func refusal(_ change: (inout [Feature]) -> Void, of name: String) throws -> LoadError {
        var features = Self.features
        change(&features)
        let test = try XGBoostCase.named(name)
        var refusal: LoadError?
        do { _ = try test.load(signature: Signature(features: features)) } catch {
            refusal = error as? LoadError
        }
        let error = try #require(refusal)
        #expect(error.reason == .signature)
        return error
    }

    @Test func names_that_do_not_fit_are_all_told() throws {
        let error = try refusal(
            {
                $0[2].name = "x9"; $0[3].name = "x8"
            }, of: "categories-onehot")
        #expect(
            error.message
                == "categories-onehot.ubj: the signature does not fit the model: the model does not "
                + "know 'x9', 'x8'; the signature lacks 'x2', 'x3'")
        _ = try refusal({ $0.removeLast() }, of: "categories-onehot")
        _ = try refusal({ $0.append($0[2]) }, of: "categories-onehot")
    }

    @Test func kinds_and_categories_that_do_not_fit_are_refused() throws {
        _ = try refusal({ $0[0].kind = .number }, of: "categories-onehot")
        let error = try refusal({ $0[0].categories[3] = "village" }, of: "categories-onehot")
        #expect(error.message.contains("does not know the categories 'village'"))
        // By place and code, where the file has no names.
        _ = try refusal({ $0.removeLast() }, of: "categories-codes")
        _ = try refusal({ $0[1].categories.removeLast(5) }, of: "categories-codes")
        _ = try refusal({ $0[0].kind = .integer }, of: "categories-codes")
    }

    @Test func fewer_categories_than_the_file_names_are_enough() throws {
        var features = Self.features
        features[0].categories = ["town 7", "town 2"]
        let test = try XGBoostCase.named("categories-mixed")
        let artifact = try test.load(signature: Signature(features: features))
        let own = try test.load()
        let (first, second) = (artifact.makeWorkspace(), own.makeWorkspace())
        for (code, town) in [(0.0, 7.0), (1, 2)] {
            first.row = [code, 5, 1, 1, 1]
            second.row = [town, 5, 1, 1, 1]
            #expect(try artifact.score(first) == own.score(second))
        }
    }

    /// XGBoost without pyarrow cuts names that are not ASCII; here in places that are no errors.
    @Test func names_that_the_file_has_cut_go_by_their_place() throws {
        let file = SignatureMatch.FileFeatures(
            count: 1, names: ["job"], kinds: [0: .category],
            categoryNames: [0: ["étudian", "tautr"]], categoryCounts: [0: 2])
        func match(_ categories: [String]) throws -> SignatureMatch {
            try SignatureMatch(
                Signature(features: [Feature(name: "job", kind: .category, categories: categories)]
                ),
                to: file)
        }
        #expect(try match(["étudiant", "autre"]).codes == [[]])
        #expect(throws: LoadError.self) { try match(["autre", "étudiant"]) }
        #expect(throws: LoadError.self) { try match(["étudiant", "autres"]) }
    }
}
