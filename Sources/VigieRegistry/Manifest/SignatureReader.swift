import VigieEngine

/// A manifest's `signature`.
enum SignatureReader {
    static func read(_ node: ManifestNode) throws(ManifestError) -> Signature {
        let list = try node.required("features")
        let nodes = try list.elements(max: ManifestLimits.featuresMax)
        guard !nodes.isEmpty else { throw list.error("must hold at least one feature") }
        var features: [Feature] = []
        features.reserveCapacity(nodes.count)
        var names: Set<String> = []
        for node in nodes {
            let feature = try readFeature(node)
            guard names.insert(feature.name).inserted else {
                throw try node.required("name").error("is there twice: \"\(feature.name)\"")
            }
            features.append(feature)
        }
        return Signature(features: features)
    }

    private static func readFeature(_ node: ManifestNode) throws(ManifestError) -> Feature {
        var feature = Feature(name: try node.required("name").name())
        let categories = try node.optional("categories")
        if let kind = try node.optional("kind") {
            feature.kind = try kind.choice(Feature.Kind.self)
        } else if categories != nil {
            feature.kind = .category
        }
        feature.unit = try node.optional("units")?.text() ?? ""
        feature.description = try node.optional("description")?.text() ?? ""
        feature.missing = try node.optional("missing")?.choice(Feature.Missing.self) ?? .reject
        feature.input = try node.optional("input")?.name()
        feature.isPersonal = try node.optional("pii")?.boolean() ?? false
        try readRange(node, &feature)
        if feature.kind == .category {
            guard let categories else {
                throw try node.required("name").error("is a category and needs \"categories\"")
            }
            feature.categories = try readCategories(categories)
        } else if let categories {
            throw categories.error("must be absent: the kind is \"\(feature.kind.rawValue)\"")
        }
        return feature
    }

    private static func readRange(_ node: ManifestNode, _ feature: inout Feature)
        throws(ManifestError)
    {
        let minimum = try node.optional("min")
        let maximum = try node.optional("max")
        guard feature.kind == .number || feature.kind == .integer else {
            if let bound = minimum ?? maximum {
                throw bound.error("must be absent: a \(feature.kind.rawValue) has no range")
            }
            return
        }
        feature.minimum = try minimum?.number()
        feature.maximum = try maximum?.number()
        if let low = feature.minimum, let high = feature.maximum, low > high, let minimum {
            throw minimum.error("must be at most max, which is \(JSONWriter.number(high))")
        }
    }

    private static func readCategories(_ node: ManifestNode) throws(ManifestError) -> [String] {
        let nodes = try node.elements(max: ManifestLimits.categoriesMax)
        guard !nodes.isEmpty else { throw node.error("must hold at least one category") }
        var categories: [String] = []
        var seen: Set<String> = []
        for node in nodes {
            // A value of data, not a name: it may be empty.
            let category = try node.string(bytesMax: ManifestLimits.nameBytesMax)
            guard seen.insert(category).inserted else {
                throw node.error("is there twice: \"\(category)\"")
            }
            categories.append(category)
        }
        return categories
    }
}
