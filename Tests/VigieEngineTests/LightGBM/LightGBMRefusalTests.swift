import Testing
import VigieEngine

/// What is wrong with a LightGBM file is said with its line.
@Suite struct LightGBMRefusalTests {
    static let model = """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        label_index=0
        max_feature_idx=1
        objective=binary sigmoid:1
        feature_names=a b
        feature_infos=[0:1] 0:1:2

        Tree=0
        num_leaves=3
        num_cat=1
        split_feature=0 1
        threshold=0.5 0
        decision_type=10 1
        left_child=-1 -2
        right_child=1 -3
        leaf_value=-1 0.25 1
        leaf_count=50 20 30
        internal_count=100 50
        cat_boundaries=0 1
        cat_threshold=5
        is_linear=0
        shrinkage=1

        end of trees

        pandas_categorical:null

        """

    private func load(_ text: String) throws -> Artifact {
        try ArtifactSource(flavor: .lightgbm, fileName: "m.txt", bytes: [UInt8](text.utf8)).load()
    }

    @Test func the_model_itself_is_read() throws {
        let artifact = try load(Self.model)
        let workspace = artifact.makeWorkspace()
        // NaN is 0 where the feature had none in training; 0.5 goes left; categories 0 and 2 do.
        for (row, score) in [
            ([0.5, 1], -1), ([.nan, 1], -1), ([0.6, 0], 0.25), ([0.6, 2.9], 0.25), ([0.6, 1], 1),
            ([0.6, -0.5], 0.25), ([0.6, -1], 1), ([0.6, .nan], 1), ([0.6, 1e300], 1),
        ] as [([Double], Double)] {
            workspace.row = row
            #expect(try artifact.score(workspace) == score, "\(row)")
        }
        #expect(artifact.link == .logit && artifact.explainsRows)
    }

    @Test func lines_may_end_as_on_windows() throws {
        let artifact = try load(Self.model.replacing("\n", with: "\r\n"))
        #expect(artifact.signature.features.map(\.name) == ["a", "b"])
    }

    @Test(arguments: [
        ("tree\n", "plant\n", "the first line must be 'tree'"),
        ("version=v4", "version=v9", "line 2: version: 'v9', known are v2 to v4"),
        ("max_feature_idx=1", "max_feature_idx=-1", "line 6: max_feature_idx: -1 is out of range"),
        ("max_feature_idx=1", "max_feature_idx=9999999999", "more than"),
        ("objective=binary", "objective=unheard", "objective 'unheard' is not supported"),
        ("sigmoid:1", "sigmoid:0", "line 7: objective: 'sigmoid:0' is not above 0"),
        ("feature_names=a b", "feature_names=a", "1 names for 2 features"),
        ("feature_names=a b", "feature_names=a a", "a name appears twice"),
        ("Tree=0", "Tree=1", "line 11: tree 0 is expected here"),
        ("num_leaves=3", "num_leaves=0", "line 12: num_leaves: 0 is out of range"),
        ("num_leaves=3", "num_leaves=x", "'x' is not a whole number"),
        ("leaf_value=-1 0.25 1", "leaf_value=-1 1", "leaf_value: 2 elements where 3 are expected"),
        ("leaf_value=-1", "leaf_value=nan", "a leaf's weight is not finite"),
        ("threshold=0.5", "threshold=zero", "line 15: threshold: 'zero' is not a number"),
        ("threshold=0.5", "threshold=nan", "the threshold is not a number"),
        ("split_feature=0 1", "split_feature=0 7", "feature 7 is out of range"),
        ("split_feature=0 1", "split_feature=1 1", "a category in one branch, a number in another"),
        ("decision_type=10", "decision_type=14", "missing type 3 is unknown"),
        ("left_child=-1 -2", "left_child=-9 -2", "left_child: -9 is no node of 3 leaves"),
        ("left_child=-1 -2", "left_child=-2 -2", "is reached twice"),
        ("left_child=-1", "left_child=0", "is reached twice"),
        ("threshold=0.5 0", "threshold=0.5 3", "branch 1 names no set of categories"),
        ("cat_boundaries=0 1", "cat_boundaries=0 2", "cat_threshold: 1 elements where 2"),
        ("cat_boundaries=0 1", "cat_boundaries=1 1", "set 0"),
        ("cat_threshold=5", "cat_threshold=4294967296", "is no word of 32 bits"),
        ("num_cat=1", "num_cat=1\nnum_cat=1", "num_cat: is there twice"),
        ("end of trees", "", "the file is cut short"),
        ("shrinkage=1", "shrinkage=1\nTree=1", "tree 1"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=2", "no rounds of 2"),
        ("pandas_categorical:null", "pandas_categorical:[[1]", "pandas_categorical: not JSON"),
    ])
    func what_is_wrong_is_said(_ change: (old: String, new: String, message: String)) throws {
        let text = Self.model.replacing(change.old, with: change.new)
        #expect(text != Self.model)
        do {
            // One change leaves a sound file: an empty set of categories.
            let artifact = try load(text)
            #expect(change.message == "set 0" && artifact.scoresRows)
        } catch let error as LoadError {
            #expect(error.message.hasPrefix("m.txt: "))
            #expect(error.message.contains(change.message), "\(error.message)")
        }
    }

    /// The same feature with zero_as_missing in one tree and without in another, as training goes on
    /// with other parameters.
    @Test func zero_cannot_be_missing_and_a_number() throws {
        let text = Self.model.replacing("split_feature=0 1", with: "split_feature=0 0")
            .replacing("threshold=0.5 0", with: "threshold=0.5 -0.5")
            .replacing("decision_type=10 1", with: "decision_type=6 10")
        #expect {
            try load(text)
        } throws: {
            ($0 as? LoadError)?.reason == .unsupported
        }
        // Where both send zero the same way there is nothing to tell apart.
        _ = try load(text.replacing("decision_type=6 10", with: "decision_type=6 8"))
    }
}
