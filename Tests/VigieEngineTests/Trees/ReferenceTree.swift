import TestRandom
import VigieEngine

/// Trees as a textbook walks them, to judge the compiled ones by; and random ones.
struct ReferenceTree {
    indirect enum Node {
        case leaf([(target: Int, weight: Double)])
        case branch(
            feature: Int, test: TreeTest, threshold: Double, members: Set<Int>,
            missingIsTrue: Bool, ifTrue: Node, ifFalse: Node)
    }

    var root: Node

    /// What the tree says of a row; thresholds and values are compared as they are given.
    func answer(_ row: [Double]) -> [(target: Int, weight: Double)] {
        var node = root
        while case .branch(
            let feature, let test, let threshold, let members, let missingIsTrue, let ifTrue,
            let ifFalse) = node
        {
            let value = row[feature]
            let isTrue =
                if value.isNaN {
                    missingIsTrue
                } else {
                    switch test {
                    case .less: value < threshold
                    case .lessOrEqual: value <= threshold
                    case .greater: value > threshold
                    case .greaterOrEqual: value >= threshold
                    case .equal: value == threshold
                    case .notEqual: value != threshold
                    case .inCategories: value >= 0 && value < 1e6 && members.contains(Int(value))
                    }
                }
            node = isTrue ? ifTrue : ifFalse
        }
        guard case .leaf(let weights) = node else { fatalError("a branch ends the walk") }
        return weights
    }

    /// Adds the tree to a builder, children in random order and after some dead nodes.
    func add(to builder: inout TreeEnsembleBuilder, _ random: inout SplitMix) {
        var queue: [Node] = [root]
        var next = 0
        builder.beginTree()
        var planned = 1
        while next < queue.count {
            let node = queue[next]
            next += 1
            switch node {
            case .leaf(let weights): builder.addLeaf(weights: weights)
            case .branch(
                let feature, let test, let threshold, let members, let missingIsTrue, let ifTrue,
                let ifFalse):
                let swapped = Bool.random(using: &random)
                queue += swapped ? [ifFalse, ifTrue] : [ifTrue, ifFalse]
                let (first, second) = (planned, planned + 1)
                planned += 2
                if test == .inCategories {
                    builder.addCategoryBranch(
                        feature: feature, members: members.sorted(),
                        ifTrue: swapped ? second : first, ifFalse: swapped ? first : second,
                        missingIsTrue: missingIsTrue)
                } else {
                    builder.addBranch(
                        feature: feature, test, threshold, ifTrue: swapped ? second : first,
                        ifFalse: swapped ? first : second, missingIsTrue: missingIsTrue)
                }
            }
        }
    }
}

/// What random trees are made of. Values come from a small set, so that equality happens.
struct RandomTrees {
    var featureCount = 5
    var targetCount = 1
    var tests: [TreeTest] = [.less]
    var depthMax = 6
    var stopChance = 0.15
    var manyWeights = false
    /// Values of rows and thresholds.
    var values: [Double] = (-8...8).map { Double($0) / 4 } + [.infinity, -.infinity, -0.0]

    func tree(_ random: inout SplitMix) -> ReferenceTree {
        let target = Int.random(in: 0..<targetCount, using: &random)
        return ReferenceTree(root: node(depthMax, target, &random))
    }

    private func node(_ depth: Int, _ target: Int, _ random: inout SplitMix) -> ReferenceTree.Node {
        if depth == 0 || Double.random(in: 0..<1, using: &random) < stopChance {
            let count = manyWeights ? Int.random(in: 0...3, using: &random) : 1
            return .leaf(
                (0..<count).map { _ in
                    (
                        manyWeights ? Int.random(in: 0..<targetCount, using: &random) : target,
                        Double(Float.random(in: -1...1, using: &random))
                    )
                })
        }
        let test = tests.randomElement(using: &random) ?? .less
        let members = (0..<9).filter { _ in Bool.random(using: &random) }
        return .branch(
            feature: Int.random(in: 0..<featureCount, using: &random), test: test,
            threshold: values.randomElement(using: &random) ?? 0, members: Set(members),
            missingIsTrue: Bool.random(using: &random), ifTrue: node(depth - 1, target, &random),
            ifFalse: node(depth - 1, target, &random))
    }

    func row(_ random: inout SplitMix) -> [Double] {
        (0..<featureCount).map { _ in
            switch Int.random(in: 0..<8, using: &random) {
            case 0: .nan
            case 1: Double(Int.random(in: -2...12, using: &random))
            default: values.randomElement(using: &random) ?? 0
            }
        }
    }
}
