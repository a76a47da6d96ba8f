/// Reads one tree of a vigie-forest file.
struct ForestTreeReader {
    private let field: ModelField
    private let outputCount: Int
    private let features: ForestFeatures

    init(_ field: ModelField, outputCount: Int, _ features: ForestFeatures) {
        self.field = field
        self.outputCount = outputCount
        self.features = features
    }

    func read(into builder: inout TreeEnsembleBuilder) throws(LoadError) {
        let left = try field["left"].integers()
        let count = left.count
        let right = try field["right"].integers(count: count)
        let feature = try field["feature"].integers(count: count)
        let thresholds = try field["threshold"].numbers(count: count)
        let missingLeft = try field.optional("missingLeft")?.numbers(count: count)
        let covers = try field.optional("cover")?.numbers(count: count)
        let target = try field.optional("output")?.integer(0...outputCount - 1)
        let width = target == nil ? outputCount : 1
        let leafCount = left.count { $0 < 0 }
        let (valueCount, isTooMuch) = leafCount.multipliedReportingOverflow(by: width)
        guard !isTooMuch else { throw field.fail("too many leaves", .limit) }
        let values = try field["value"].numbers(count: valueCount)
        let sets = try readSets(nodeCount: count)

        builder.beginTree()
        var leaf = 0
        for node in 0..<count {
            let cover = covers?[node] ?? .nan
            guard left[node] >= 0 else {
                if let target {
                    builder.addLeaf(target: target, weight: values[leaf], cover: cover)
                } else {
                    let answers = values[leaf * width..<(leaf + 1) * width]
                    builder.addLeaf(
                        weights: answers.enumerated().map { (target: $0, weight: $1) },
                        cover: cover)
                }
                leaf += 1
                continue
            }
            let missingIsTrue = (missingLeft?[node] ?? 0) != 0
            if let members = sets[node] {
                guard let table = features.categories[feature[node]] else {
                    throw field.fail("node \(node): feature \(feature[node]) has no categories")
                }
                guard members.allSatisfy({ $0 >= 0 && $0 < table.count }) else {
                    throw field.fail("node \(node): a category is out of range")
                }
                builder.addCategoryBranch(
                    feature: feature[node], members: members, ifTrue: left[node],
                    ifFalse: right[node], missingIsTrue: missingIsTrue, cover: cover)
            } else {
                builder.addBranch(
                    feature: feature[node], .lessOrEqual, thresholds[node], ifTrue: left[node],
                    ifFalse: right[node], missingIsTrue: missingIsTrue, cover: cover)
            }
        }
    }

    /// By node, the codes that go left.
    private func readSets(nodeCount: Int) throws(LoadError) -> [Int: [Int]] {
        guard let nodesField = try field.optional("setNodes") else { return [:] }
        let nodes = try nodesField.integers()
        let lists = try field["sets"].elements
        guard lists.count == nodes.count else {
            throw nodesField.fail("\(nodes.count) nodes for \(lists.count) sets")
        }
        var sets: [Int: [Int]] = [:]
        for (node, list) in zip(nodes, lists) {
            guard (0..<nodeCount).contains(node) else { throw nodesField.fail("no node \(node)") }
            guard sets.updateValue(try list.integers(), forKey: node) == nil else {
                throw nodesField.fail("node \(node) appears twice")
            }
        }
        return sets
    }
}
