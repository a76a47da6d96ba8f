import CVigieKernels

extension TreeColumns {
    /// Writes the keys of one row of ``featureCount`` values to ``stride`` places.
    @inline(__always)
    func fill(_ keys: UnsafeMutablePointer<Int32>, from row: UnsafePointer<Float>) {
        vigie_keys_f32(row, featureCount, keys)
        fillCategories(keys) { Double(row[$0]) }
    }

    /// Writes the keys of one row of ``featureCount`` values to ``stride`` places.
    func fill(_ keys: UnsafeMutablePointer<Int32>, from row: UnsafePointer<Double>) {
        vigie_keys_f64(row, featureCount, cuts.base, cutStarts.base, keys)
        fillCategories(keys) { row[$0] }
    }

    /// XGBoost's reading of categories (`common::Decision`): cut to a whole number; negative or too
    /// great is a category that no set has.
    @inline(__always)
    private func fillCategories(
        _ keys: UnsafeMutablePointer<Int32>, value: (Int) -> Double
    ) {
        for (place, categorical) in categoricals.enumerated() {
            let value = value(categorical.feature)
            let code =
                if value.isNaN {
                    categorical.missingCode
                } else if value >= 0, value < Double(categorical.count) {
                    Int(value)
                } else {
                    categorical.count
                }
            keys[2 * featureCount + place] = Int32(truncatingIfNeeded: code)
        }
    }
}
