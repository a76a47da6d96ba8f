/// A map through knots: linear between them, constant before the first and after the last.
package struct PiecewiseLinearMap: Sendable, Equatable {
    /// Where the knots are, not descending; never empty.
    package let x: [Double]
    /// The values there.
    package let y: [Double]

    /// Nil when the arrays are empty, differ in length, or `x` descends anywhere or holds NaN.
    package init?(x: [Double], y: [Double]) {
        guard !x.isEmpty, x.count == y.count, !x.contains(where: \.isNaN),
            zip(x, x.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return nil }
        self.x = x
        self.y = y
    }

    /// The value at a place; NaN at NaN. At a step (two knots with the same x) it is the upper one.
    package func value(at place: Double) -> Double {
        guard place == place else { return place }
        // The first knot beyond `place`.
        var low = 0
        var high = x.count
        while low < high {
            let middle = (low + high) / 2
            if x[middle] <= place { low = middle + 1 } else { high = middle }
        }
        if low == 0 { return y[0] }
        if low == x.count { return y[low - 1] }
        let (x0, x1, y0, y1) = (x[low - 1], x[low], y[low - 1], y[low])
        return y0 + (y1 - y0) * ((place - x0) / (x1 - x0))
    }
}
