/// Reads the part of an XGBoost file that learns: trees or linear weights.
struct XGBoostBoosterReader {
    let featureCount: Int
    let groupCount: Int
    /// Boosting rounds that count, from the first; nil for all.
    let roundCountMax: Int?

    typealias Result = (booster: XGBoostModel.Booster, categoryNames: [Int: [String]])

    func read(_ field: ModelField) throws(LoadError) -> Result {
        let name = try field["name"]
        switch try name.string {
        case "gbtree": return try readTrees(field["model"], weights: nil)
        case "dart":
            return try readTrees(
                field["gbtree"]["model"], weights: try field["weight_drop"].numbers())
        case "gblinear": return (try readLinear(field["model"]), [:])
        case let other: throw name.fail("booster '\(other)' is not supported", .unsupported)
        }
    }

    private func readLinear(_ field: ModelField) throws(LoadError) -> XGBoostModel.Booster {
        let weights = try field["weights"]
        let numbers = try weights.numbers(count: (featureCount + 1) * groupCount)
        guard numbers.allSatisfy({ Float($0).isFinite }) else {
            throw weights.fail("a weight is not finite")
        }
        return .linear(weights: numbers.map { Float($0) })
    }

    private func readTrees(
        _ model: ModelField, weights: [Double]?
    ) throws(LoadError) -> Result {
        let trees = try model["trees"].elements
        let countField = try model["gbtree_model_param"]["num_trees"]
        guard try countField.integer == trees.count else {
            throw countField.fail("does not agree with the \(trees.count) trees")
        }
        let groups = try model["tree_info"].integers(count: trees.count)
        if let weights, weights.count != trees.count {
            throw model.fail("\(weights.count) weights for \(trees.count) trees (weight_drop)")
        }
        var builder = TreeEnsembleBuilder(
            featureCount: featureCount, targetCount: groupCount, precision: .float32)
        builder.reserve(nodes: trees.reduce(0) { $0 + XGBoostTreeReader($1).nodeCount })
        var columns = XGBoostTreeColumns()
        for (index, tree) in trees.prefix(try treeCountMax(model)).enumerated() {
            let weight = weights.map { Float($0[index]) } ?? 1
            try XGBoostTreeReader(tree).read(
                into: &builder, group: groups[index], weight: weight, &columns)
        }
        return (.trees(builder), try readCategoryNames(model))
    }

    private func treeCountMax(_ model: ModelField) throws(LoadError) -> Int {
        guard let roundCountMax else { return .max }
        // Where each round's trees begin, since 2.0.
        if let starts = try model.optional("iteration_indptr") {
            let starts = try starts.integers()
            return roundCountMax < starts.count ? max(starts[roundCountMax], 0) : .max
        }
        let parallel = try model["gbtree_model_param"].optional("num_parallel_tree")?.integer ?? 1
        let (perRound, isTooMuch) = max(parallel, 1).multipliedReportingOverflow(by: groupCount)
        let (count, isMore) = perRound.multipliedReportingOverflow(by: roundCountMax)
        return isTooMuch || isMore ? .max : count
    }

    /// `cats.enc`: for each feature its categories in the order of their codes, as strings (offsets
    /// into UTF-8 bytes) or as numbers.
    private func readCategoryNames(_ model: ModelField) throws(LoadError) -> [Int: [String]] {
        guard let cats = try model.optional("cats"), let enc = try cats.optional("enc") else {
            return [:]
        }
        let features = try enc.elements
        guard features.isEmpty || features.count == featureCount else {
            throw enc.fail("\(features.count) entries for \(featureCount) features")
        }
        var names: [Int: [String]] = [:]
        for (feature, field) in features.enumerated() {
            let values = try field["values"].numbers()
            if let offsets = try field.optional("offsets") {
                // Without pyarrow, XGBoost 3 counts characters where bytes are meant: names that are
                // not ASCII may be cut anywhere, and the categories then go by their codes.
                if let list = try strings(values, try offsets.integers(), field), !list.isEmpty {
                    names[feature] = list
                }
            } else if !values.isEmpty {
                names[feature] = values.map { value in
                    Int(exactly: value).map { "\($0)" } ?? "\(value)"
                }
            }
        }
        for (feature, list) in names where Set(list).count != list.count {
            guard list.contains(where: { !$0.utf8.allSatisfy { $0 < 0x80 } }) else {
                throw features[feature].fail("a category appears twice")
            }
            names[feature] = nil
        }
        return names
    }

    private func strings(
        _ values: [Double], _ offsets: [Int], _ field: ModelField
    ) throws(LoadError) -> [String]? {
        var bytes: [UInt8] = []
        for value in values {
            guard
                let byte = Int8(exactly: value).map({ UInt8(bitPattern: $0) })
                    ?? UInt8(exactly: value)
            else { throw field.fail("category names are not bytes") }
            bytes.append(byte)
        }
        var strings: [String] = []
        for (start, end) in zip(offsets, offsets.dropFirst()) {
            guard start >= 0, start <= end, end <= bytes.count else {
                throw field.fail("category names are cut wrongly")
            }
            guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
                return nil
            }
            strings.append(text)
        }
        return strings
    }
}
