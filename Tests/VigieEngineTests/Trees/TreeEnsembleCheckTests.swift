import Testing
import VigieEngine

/// What a hostile file may say through a builder.
@Suite struct TreeEnsembleCheckTests {
    private func refusal(
        featureCount: Int = 2, targetCount: Int = 1,
        _ build: (inout TreeEnsembleBuilder) -> Void
    ) -> LoadError? {
        var builder = TreeEnsembleBuilder(
            featureCount: featureCount, targetCount: targetCount, precision: .float32)
        build(&builder)
        do {
            _ = try builder.compile()
            return nil
        } catch {
            return error
        }
    }

    /// A root with the given properties and two leaves.
    private func stump(
        _ builder: inout TreeEnsembleBuilder, feature: Int = 0, threshold: Double = 0,
        ifTrue: Int = 1, ifFalse: Int = 2, weight: Double = 1
    ) {
        builder.beginTree()
        builder.addBranch(
            feature: feature, .less, threshold, ifTrue: ifTrue, ifFalse: ifFalse,
            missingIsTrue: false)
        builder.addLeaf(weight: weight)
        builder.addLeaf(weight: 2)
    }

    @Test func a_sound_stump_passes() {
        #expect(refusal { stump(&$0) } == nil)
        #expect(refusal { stump(&$0, threshold: .infinity) } == nil)
    }

    @Test(arguments: [-1, 3, 1 << 20, Int(Int32.max) + 1, Int.max, Int.min])
    func children_out_of_range_are_refused(child: Int) {
        #expect(refusal { stump(&$0, ifTrue: child) }?.reason == .corrupt)
        #expect(refusal { stump(&$0, ifFalse: child) }?.reason == .corrupt)
    }

    @Test func cycles_and_shared_children_are_refused_with_their_place() {
        #expect(
            refusal {
                stump(&$0)
                stump(&$0, ifTrue: 0)
            }?.message == "tree 1, node 0: child 0 is reached twice")
        #expect(refusal { stump(&$0, ifTrue: 2, ifFalse: 2) }?.reason == .corrupt)
    }

    @Test(arguments: [-1, 2, Int.max])
    func features_out_of_range_are_refused(feature: Int) {
        #expect(refusal { stump(&$0, feature: feature) }?.reason == .corrupt)
    }

    @Test func numbers_that_are_none_are_refused() {
        #expect(refusal { stump(&$0, threshold: .nan) }?.reason == .corrupt)
        #expect(refusal { stump(&$0, weight: .nan) }?.reason == .corrupt)
        #expect(refusal { stump(&$0, weight: .infinity) }?.reason == .corrupt)
        #expect(refusal { stump(&$0, weight: 1e300) }?.reason == .corrupt)
    }

    @Test(arguments: [-1, 1, Int.max])
    func targets_out_of_range_are_refused(target: Int) {
        #expect(
            refusal {
                $0.beginTree()
                $0.addLeaf(target: target, weight: 1)
            }?.reason == .corrupt)
    }

    @Test(arguments: [-1, TreeLimits.categoryCountMax, Int.max])
    func categories_out_of_range_are_refused(category: Int) {
        #expect(
            refusal {
                $0.beginTree()
                $0.addCategoryBranch(
                    feature: 0, members: [1, category], ifTrue: 1, ifFalse: 2, missingIsTrue: false)
                $0.addLeaf(weight: 1)
                $0.addLeaf(weight: 1)
            } != nil)
    }

    @Test func sets_of_categories_are_bounded_together() {
        #expect(
            refusal {
                for tree in 0..<40 {
                    $0.beginTree()
                    $0.addCategoryBranch(
                        feature: 0, members: [tree, TreeLimits.categoryCountMax - 1], ifTrue: 1,
                        ifFalse: 2, missingIsTrue: false)
                    $0.addLeaf(weight: 1)
                    $0.addLeaf(weight: 1)
                }
            }?.reason == .limit)
    }

    @Test func depth_is_bounded() {
        func chain(_ depth: Int) -> LoadError? {
            refusal { builder in
                builder.beginTree()
                for level in 0..<depth {
                    builder.addBranch(
                        feature: 0, .less, Double(level), ifTrue: depth + 1 + level,
                        ifFalse: level + 1, missingIsTrue: false)
                }
                for _ in 0...depth { builder.addLeaf(weight: 1) }
            }
        }
        #expect(chain(TreeLimits.depthMax) == nil)
        #expect(chain(TreeLimits.depthMax + 1)?.reason == .limit)
    }

    @Test(arguments: [-1, TreeLimits.featureCountMax + 1, Int.max])
    func feature_counts_are_bounded(count: Int) {
        #expect(refusal(featureCount: count) { _ in }?.reason == .limit)
    }

    @Test(arguments: [0, TreeLimits.targetCountMax + 1, Int.max])
    func target_counts_are_bounded(count: Int) {
        #expect(refusal(targetCount: count) { _ in }?.reason == .limit)
    }

    @Test func a_tree_without_nodes_is_refused() {
        #expect(refusal { $0.beginTree() }?.reason == .corrupt)
    }
}
