/// A manifest's `reference`.
enum ReferenceReader {
    static func read(_ node: ManifestNode) throws(ManifestError) -> ReferenceStatistics {
        var statistics = ReferenceStatistics()
        statistics.rows = try node.optional("rows")?.count()
        if let features = try node.optional("features") {
            for (name, node) in try features.members(max: ManifestLimits.featuresMax) {
                statistics.features.append(try readDistribution(node, name: name))
            }
        }
        statistics.score = try node.optional("score").map { node throws(ManifestError) in
            try readHistogram(node)
        }
        if let sample = try node.optional("score")?.optional("sample") {
            statistics.scoreSample = try sample.numbers(max: ManifestLimits.scoreSampleMax).sorted()
        }
        return statistics
    }

    private static func readDistribution(_ node: ManifestNode, name: String)
        throws(ManifestError) -> NamedDistribution
    {
        let missing = try node.optional("missing")?.count() ?? 0
        guard let categories = try node.optional("categories") else {
            return NamedDistribution(
                name: name, values: .histogram(try readHistogram(node)), missing: missing)
        }
        var counts: [CategoryCount] = []
        for (category, count) in try categories.members(max: ManifestLimits.categoriesMax) {
            counts.append(CategoryCount(category: category, count: try count.count()))
        }
        return NamedDistribution(name: name, values: .categories(counts), missing: missing)
    }

    private static func readHistogram(_ node: ManifestNode) throws(ManifestError) -> Histogram {
        let edgesNode = try node.required("edges")
        let countsNode = try node.required("counts")
        let edges = try edgesNode.numbers(max: ManifestLimits.binsMax)
        let counts = try countsNode.counts(max: ManifestLimits.binsMax)
        guard !edges.isEmpty else { throw edgesNode.error("must not be empty") }
        for index in 1..<edges.count where edges[index] <= edges[index - 1] {
            throw edgesNode.error("must ascend, as it does not at element \(index)")
        }
        guard counts.count == edges.count - 1 || counts.count == edges.count + 1 else {
            throw countsNode.error(
                "must have \(edges.count - 1) elements (bins between edges) or \(edges.count + 1) "
                    + "(and open bins at both ends), not \(counts.count)")
        }
        return Histogram(edges: edges, counts: counts)
    }
}
