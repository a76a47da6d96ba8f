/// Floating point values as whole numbers of the same order, so that every test of a tree becomes
/// one comparison `key < cut`, and a missing value is a key below or above all others.
///
/// -0 and 0 have one key. No key equals the type's least or greatest value.
enum ComparisonKeys {
    /// As `vigie_keys_f32` computes it for rows.
    static func key(_ value: Float) -> Int32 {
        let bits = Int32(bitPattern: (value + 0).bitPattern)
        return bits ^ Int32(bitPattern: UInt32(bitPattern: bits >> 31) >> 1)
    }

    static func key(_ value: Double) -> Int64 {
        let bits = Int64(bitPattern: (value + 0).bitPattern)
        return bits ^ Int64(bitPattern: UInt64(bitPattern: bits >> 63) >> 1)
    }
}

/// A test against a threshold as one or two questions `key < cut`.
struct TreeCuts {
    /// Below it is one child.
    var cut: Int64
    /// For (in)equality: at or above ``cut`` but below this is the other, above it the first again.
    var upper: Int64?
    /// Whether the first child is the one for "true".
    var belowIsTrue: Bool

    /// - Parameter test: any but ``TreeTest/inCategories``.
    init(_ test: TreeTest, _ threshold: Double, _ precision: TreeEnsembleBuilder.Precision) {
        let key =
            switch precision {
            case .float32: Int64(ComparisonKeys.key(Float(threshold)))
            case .float64: ComparisonKeys.key(threshold)
            }
        switch test {
        case .less: (cut, belowIsTrue) = (key, true)
        case .lessOrEqual: (cut, belowIsTrue) = (key + 1, true)
        case .greater: (cut, belowIsTrue) = (key + 1, false)
        case .greaterOrEqual: (cut, belowIsTrue) = (key, false)
        case .equal: (cut, upper, belowIsTrue) = (key, key + 1, false)
        case .notEqual, .inCategories: (cut, upper, belowIsTrue) = (key, key + 1, true)
        }
    }
}
