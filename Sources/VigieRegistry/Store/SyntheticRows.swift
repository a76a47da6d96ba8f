import VigieEngine

/// A made-up applicant.
struct SyntheticRow {
    /// For messages: "a row of the least values".
    let label: String
    let values: [Double]
}

/// Rows that a signature allows: ordinary, least, greatest, and with all missing that may be.
enum SyntheticRows {
    static func make(for signature: Signature) -> [SyntheticRow] {
        let features = signature.features
        var rows = [
            SyntheticRow(label: "a row of ordinary values", values: features.map(middle)),
            SyntheticRow(label: "a row of the least values", values: features.map(least)),
            SyntheticRow(label: "a row of the greatest values", values: features.map(greatest)),
        ]
        let optional = features.filter { $0.missing == .allow }
        if !optional.isEmpty {
            let names = optional.prefix(3).map { "'\($0.name)'" }.joined(separator: ", ")
            let more = optional.count > 3 ? ", …" : ""
            rows.append(
                SyntheticRow(
                    label: "a row without \(names)\(more), which may be missing",
                    values: features.map { $0.missing == .allow ? .nan : middle($0) }))
        }
        return rows
    }

    private static func least(_ feature: Feature) -> Double {
        switch feature.kind {
        case .number, .integer: feature.minimum ?? min(feature.maximum ?? 0, 0)
        case .category, .boolean: 0
        }
    }

    private static func greatest(_ feature: Feature) -> Double {
        switch feature.kind {
        case .number, .integer: feature.maximum ?? max(feature.minimum ?? 1, 1)
        case .category: Double(max(feature.categories.count - 1, 0))
        case .boolean: 1
        }
    }

    private static func middle(_ feature: Feature) -> Double {
        let low = least(feature)
        let value = low + (greatest(feature) - low) / 2
        // Bounds at the ends of Double have no middle that is finite.
        let finite = value.isFinite ? value : low
        return feature.kind == .number ? finite : finite.rounded(.down)
    }
}
