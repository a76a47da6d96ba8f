import VigieEngine

/// Reads the file that a manifest's `explanation.background` names: `{"rows": [[…], …]}`, a value
/// for each feature of the signature, in its order; a category by its name or code, true and false
/// for a boolean, null for a missing value.
enum BackgroundReader {
    /// - Parameter file: its name, for messages.
    static func read(
        _ bytes: [UInt8], file: String, _ signature: Signature
    ) throws(RegistryError) -> [[Double]] {
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes, depthMax: 4)
        } catch { throw RegistryError(.refused, "\(file) is no valid JSON: \(error)") }
        do throws(ManifestError) {
            let nodes = try ManifestNode(document).required("rows")
                .elements(max: ManifestLimits.backgroundRowsMax)
            var rows: [[Double]] = []
            for node in nodes {
                let values = try node.elements(max: ManifestLimits.featuresMax)
                guard values.count == signature.features.count else {
                    throw node.error(
                        "must have a value for each of \(signature.features.count) features, "
                            + "not \(values.count)")
                }
                var row: [Double] = []
                for (feature, value) in zip(signature.features, values) {
                    row.append(try read(value, feature))
                }
                rows.append(row)
            }
            guard !rows.isEmpty else { throw ManifestError("rows", "must not be empty") }
            return rows
        } catch { throw RegistryError(.refused, "\(file): \(error.path) \(error.problem)") }
    }

    private static func read(
        _ node: ManifestNode, _ feature: Feature
    ) throws(ManifestError) -> Double {
        switch node.value {
        case .null: return .nan
        case .bool(let flag) where feature.kind == .boolean: return flag ? 1 : 0
        case .string(let name) where feature.kind == .category:
            guard let code = feature.categories.firstIndex(of: name) else {
                throw node.error("is no category of '\(feature.name)'")
            }
            return Double(code)
        default:
            let number = try node.number()
            if feature.kind == .category {
                guard let code = Int(exactly: number), feature.categories.indices.contains(code)
                else { throw node.error("is no category's code of '\(feature.name)'") }
            }
            return number
        }
    }
}
