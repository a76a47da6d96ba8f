/// What a LightGBM file says of its features: names, and pandas' categories.
struct LightGBMFeatures {
    private let count: Int
    private let names: [String]
    /// By feature: whether its values in training were categories; nil when the file does not say.
    private let areCategories: [Bool?]
    /// In the order of the columns that were categories for pandas.
    private let pandas: [[String]]

    init(_ text: LightGBMText, count: Int) throws(LoadError) {
        self.count = count
        let field = try text.header["feature_names"]
        names = try field.text.split(separator: " ").map { String($0) }
        guard names.count == count else {
            throw field.fail("\(names.count) names for \(count) features")
        }
        guard Set(names).count == count else { throw field.fail("a name appears twice") }
        // "[least:greatest]", "0:1:7" of categories, "none" of a feature that never varied.
        let infos = text.header.fields["feature_infos"]?.parts ?? []
        areCategories = (0..<count).map { column in
            guard infos.count == count, !infos[column].elementsEqual("none".utf8) else {
                return nil
            }
            return infos[column].first != UInt8(ascii: "[")
        }
        pandas = try text.pandasCategories.map(Self.readCategories) ?? []
    }

    private static func readCategories(
        _ field: LightGBMField
    ) throws(LoadError) -> [[String]] {
        let value: JSONValue
        do { value = try JSONParser.parse([UInt8](field.bytes), depthMax: 4) } catch {
            throw field.fail("not JSON: \(error)")
        }
        guard value != .null else { return [] }
        guard let lists = value.array else { throw field.fail("expected lists of categories") }
        var categories: [[String]] = []
        for list in lists {
            guard let values = list.array else { throw field.fail("expected lists of categories") }
            categories.append(values.map(Self.name))
        }
        return categories
    }

    /// What people call a category of pandas.
    private static func name(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
        case .bool(let flag): flag ? "True" : "False"
        default: ""
        }
    }

    /// For the signature. Categories that pandas has not named are whole numbers.
    func match(_ columns: LightGBMColumns) -> SignatureMatch.FileFeatures {
        let categorical = (0..<count).filter {
            areCategories[$0] ?? false || columns.isCategorical($0)
        }
        // A column of categories that never varied is not told from others: then nobody knows
        // whose names these are, and the categories go by their codes.
        var names: [Int: [String]] = [:]
        if categorical.count == pandas.count {
            for (column, list) in zip(categorical, pandas) where Set(list).count == list.count {
                names[column] = list
            }
        }
        var kinds: [Int: Feature.Kind] = [:]
        for column in 0..<count where areCategories[column] == false { kinds[column] = .number }
        for column in categorical { kinds[column] = names[column] == nil ? .integer : .category }
        return SignatureMatch.FileFeatures(
            count: count, names: self.names, kinds: kinds, categoryNames: names,
            categoryCounts: [:], takesIntegersForCategories: true)
    }
}
