/// The columns of a tree's nodes in an XGBoost file, whose memory serves one tree after the other.
struct XGBoostTreeColumns {
    private(set) var left: [Int] = []
    private(set) var right: [Int] = []
    private(set) var features: [Int] = []
    private(set) var conditions: [Double] = []
    private(set) var defaultLeft: [Double] = []
    private(set) var covers: [Double] = []
    /// Empty when all splits are of numbers.
    private(set) var types: [Int] = []
    /// Where the tree before had each column.
    private var places = [Int](repeating: 0, count: 7)

    var count: Int { left.count }

    /// - Throws: `corrupt` for columns that are missing, of other values or of different lengths.
    mutating func read(_ tree: ModelField) throws(LoadError) {
        try tree.read("left_children", near: &places[0], into: &left)
        try tree.read("right_children", near: &places[1], into: &right, count: count)
        try tree.read("split_indices", near: &places[2], into: &features, count: count)
        try tree.read("split_conditions", near: &places[3], into: &conditions, count: count)
        try tree.read("default_left", near: &places[4], into: &defaultLeft, count: count)
        try tree.read("sum_hessian", near: &places[5], into: &covers, count: count)
        if try !tree.readOptional("split_type", near: &places[6], into: &types, count: count) {
            types.removeAll(keepingCapacity: true)
        }
    }
}
