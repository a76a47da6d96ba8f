/// How the features of a signature and those of a file belong together.
struct SignatureMatch: Sendable {
    let signature: Signature
    /// For each feature of the signature, its column in the file.
    let columns: [Int]
    /// For each feature of the signature, the file's code of each of its categories; empty where
    /// the codes are the same.
    let codes: [[Double]]

    /// What a file says of its features.
    struct FileFeatures {
        var count: Int
        /// Empty when the file has none.
        var names: [String]
        /// The kinds as far as the file tells them.
        var kinds: [Int: Feature.Kind]
        /// By column: the names of the categories by code.
        var categoryNames: [Int: [String]]
        /// By column: one more than the greatest category that the model asks for.
        var categoryCounts: [Int: Int]
        /// Whether a category whose names the file does not know may be a whole number of the
        /// signature, as LightGBM takes it.
        var takesIntegersForCategories = false
    }

    /// Derives a signature from the file.
    init(derivedFrom file: FileFeatures) {
        let features = (0..<file.count).map { column in
            let count = file.categoryCounts[column] ?? 0
            let kind = file.kinds[column] ?? (count > 0 ? .category : .number)
            let numbered = (0..<count).map { "\($0)" }
            return Feature(
                name: file.names.isEmpty ? "f\(column)" : file.names[column], kind: kind,
                missing: .allow,
                categories: kind == .category ? file.categoryNames[column] ?? numbered : [])
        }
        signature = Signature(features: features)
        columns = Array(0..<file.count)
        codes = Array(repeating: [], count: file.count)
    }

    /// Matches a manifest's signature: by name if the file has names, else by place.
    /// - Throws: `signature` when the two do not fit, with every name that is missing.
    init(_ signature: Signature, to file: FileFeatures) throws(LoadError) {
        self.signature = signature
        let features = signature.features
        if file.names.isEmpty {
            guard features.count == file.count else {
                throw LoadError(
                    .signature,
                    "the signature has \(features.count) features, the model takes \(file.count)")
            }
            columns = Array(0..<file.count)
        } else {
            columns = try Self.columns(features.map(\.name), file.names)
        }
        var codes: [[Double]] = []
        for (feature, column) in zip(features, columns) {
            codes.append(try Self.codes(feature, column, file))
        }
        self.codes = codes
    }

    private static func columns(
        _ names: [String], _ fileNames: [String]
    ) throws(LoadError) -> [Int] {
        let places = Dictionary(
            fileNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let columns = names.compactMap { places[$0] }
        let unknown = names.filter { places[$0] == nil }
        let missing = Set(fileNames).subtracting(names).sorted()
        guard unknown.isEmpty, missing.isEmpty, Set(names).count == names.count else {
            var complaints: [String] = []
            if !unknown.isEmpty { complaints.append("the model does not know \(list(unknown))") }
            if !missing.isEmpty { complaints.append("the signature lacks \(list(missing))") }
            if complaints.isEmpty { complaints.append("a feature appears twice") }
            throw LoadError(
                .signature,
                "the signature does not fit the model: " + complaints.joined(separator: "; "))
        }
        return columns
    }

    private static func codes(
        _ feature: Feature, _ column: Int, _ file: FileFeatures
    ) throws(LoadError) -> [Double] {
        let asked = file.categoryCounts[column] ?? 0
        let fileNames = file.categoryNames[column]
        if file.takesIntegersForCategories, fileNames == nil, feature.kind == .integer {
            return []
        }
        guard feature.kind == .category else {
            guard asked == 0, file.kinds[column] != .category else {
                throw LoadError(
                    .signature,
                    "feature '\(feature.name)' is a category in the model, "
                        + "but \(feature.kind.rawValue) in the signature")
            }
            return []
        }
        guard let fileNames else {
            guard asked <= feature.categories.count else {
                throw LoadError(
                    .signature,
                    "feature '\(feature.name)': the model asks for category \(asked - 1), the "
                        + "signature has \(feature.categories.count) categories")
            }
            return []
        }
        if feature.categories == fileNames || isCut(feature.categories, to: fileNames) { return [] }
        let unknown = feature.categories.filter { !fileNames.contains($0) }
        guard unknown.isEmpty else {
            throw LoadError(
                .signature,
                "feature '\(feature.name)': the model does not know the categories \(list(unknown))"
            )
        }
        return feature.categories.map { Double(fileNames.firstIndex(of: $0) ?? -1) }
    }

    /// A feature's value as the file knows it: another code for a category whose place differs, -1
    /// for one that the signature does not have.
    @inline(__always)
    func code(_ value: Double, of feature: Int) -> Double {
        guard !codes[feature].isEmpty, !value.isNaN else { return value }
        guard value >= 0, value < Double(codes[feature].count) else { return -1 }
        return codes[feature][Int(value)]
    }

    /// Whether a file's names are what XGBoost without pyarrow makes of `names`: it counts characters
    /// where bytes are meant, so that each name is cut elsewhere and the last ones are lost.
    private static func isCut(_ names: [String], to fileNames: [String]) -> Bool {
        names.count == fileNames.count
            && zip(names, fileNames).allSatisfy { $0.unicodeScalars.count == $1.utf8.count }
            && Array(names.joined().utf8).starts(with: fileNames.joined().utf8)
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
        return names.count > 8 ? shown + " and \(names.count - 8) more" : shown
    }
}
