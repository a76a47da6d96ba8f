/// The columns of a tree's nodes in an XGBoost file, whose memory serves one tree after the other.
///
/// The first ``count`` places of each are the tree's.
struct XGBoostTreeColumns {
    private(set) var count = 0
    private(set) var left: [Int] = []
    private(set) var right: [Int] = []
    private(set) var features: [Int] = []
    private(set) var conditions: [Double] = []
    private(set) var defaultLeft: [Double] = []
    private(set) var covers: [Double] = []
    private(set) var types: [Int] = []
    /// False when all splits are of numbers.
    private(set) var hasTypes = false
    /// Where the tree before had each column.
    private var places = [Int](repeating: 0, count: 7)

    /// - Throws: `corrupt` for columns that are missing, of other values or of different lengths.
    mutating func read(_ tree: ModelField) throws(LoadError) {
        count = try tree.read("left_children", near: &places[0], toFrontOf: &left)
        try tree.read("right_children", near: &places[1], toFrontOf: &right, count: count)
        try tree.read("split_indices", near: &places[2], toFrontOf: &features, count: count)
        try tree.read("split_conditions", near: &places[3], toFrontOf: &conditions, count: count)
        try tree.read("default_left", near: &places[4], toFrontOf: &defaultLeft, count: count)
        try tree.read("sum_hessian", near: &places[5], toFrontOf: &covers, count: count)
        hasTypes =
            try tree.readOptional(
                "split_type", near: &places[6], toFrontOf: &types, count: count) != nil
    }
}
