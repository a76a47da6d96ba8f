/// Small models of trees, as text.
enum SampleTrees {
    /// LightGBM, log-odds: -1 up to income 0.5, else 0.25 for a car and 1 for the rest.
    static let lightGBM = """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        max_feature_idx=1
        objective=binary sigmoid:1
        feature_names=income purpose
        feature_infos=[0:1] 0:1

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
        cat_threshold=1

        end of trees

        pandas_categorical:[["car", "house"]]

        """

    /// vigie-forest, a regressor: 3 up to income 0.5, else 7.
    static let forest = """
        {"format": "vigie-forest", "formatVersion": 1, "featureCount": 1, "featureNames": ["income"],
         "precision": "float32", "outputCount": 1, "base": [0], "divisor": 1, "link": "identity",
         "trees": [{"output": 0, "feature": [0, 0, 0], "threshold": [0.5, 0, 0], "left": [1, -1, -1],
                    "right": [2, -1, -1], "cover": [2, 1, 1], "value": [3, 7]}]}
        """
}
