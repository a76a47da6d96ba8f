/// What a vigie-forest file says of its features.
struct ForestFeatures {
    let count: Int
    private let names: [String]
    /// By categorical feature: how many codes there are, and the values that stand for them where
    /// rows carry values.
    private(set) var categories: [Int: (count: Int, values: [Double]?)] = [:]
    private var categoryNames: [Int: [String]] = [:]

    init(_ root: ModelField, count: Int) throws(LoadError) {
        self.count = count
        names = try root.optional("featureNames")?.strings ?? []
        if !names.isEmpty {
            let field = try root["featureNames"]
            guard names.count == count else {
                throw field.fail("\(names.count) names for \(count) features")
            }
            guard Set(names).count == count else { throw field.fail("a name appears twice") }
        }
        for table in try root.optional("categories")?.elements ?? [] {
            let feature = try table["feature"].integer(0...count - 1)
            guard categories[feature] == nil else { throw table.fail("feature \(feature) again") }
            let field = try table["values"]
            if let list = field.value.strings, !list.isEmpty {
                categories[feature] = (list.count, nil)
                categoryNames[feature] = list
            } else {
                let values = try field.numbers()
                categories[feature] = (values.count, values)
                // Of whole numbers without ".0".
                categoryNames[feature] = values.map { value in
                    Int(exactly: value).map { "\($0)" } ?? "\(value)"
                }
            }
            let distinct = Set(categoryNames[feature] ?? []).count
            guard distinct == categories[feature]?.count else {
                throw field.fail("a category appears twice")
            }
            guard distinct <= TreeLimits.categoryCountMax else {
                throw field.fail("more than \(TreeLimits.categoryCountMax) categories", .limit)
            }
        }
    }

    /// Number tables are looked up, names are codes already.
    func reading(rounds: Bool) -> RowReading {
        let rules: [RowReading.Rule] = (0..<count).map { column in
            guard let table = categories[column] else { return .plain }
            return table.values == nil ? .code : .lookup
        }
        return RowReading(rules: rules, rounds: rounds, categories: categories)
    }

    /// For the signature.
    var match: SignatureMatch.FileFeatures {
        var kinds: [Int: Feature.Kind] = [:]
        for column in 0..<count { kinds[column] = categories[column] == nil ? .number : .category }
        return SignatureMatch.FileFeatures(
            count: count, names: names, kinds: kinds, categoryNames: categoryNames,
            categoryCounts: categories.mapValues(\.count))
    }
}
