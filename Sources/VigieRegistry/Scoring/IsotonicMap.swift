/// A non-decreasing map through knots: linear between them, constant before the first and after the
/// last.
package struct IsotonicMap: Sendable, Equatable {
    /// Where the knots are: raw probabilities, ascending.
    package let x: [Double]
    /// The calibrated probabilities there, non-decreasing.
    package let y: [Double]

    /// Nil when the arrays are empty or of different lengths, hold what is no probability, when `x`
    /// descends anywhere, or `y` does.
    package init?(x: [Double], y: [Double]) {
        guard !x.isEmpty, x.count == y.count else { return nil }
        guard (x + y).allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return nil }
        for index in 1..<max(x.count, 1) {
            guard x[index - 1] <= x[index], y[index - 1] <= y[index] else { return nil }
        }
        self.x = x
        self.y = y
    }

    /// The calibrated probability for a raw one; NaN for NaN. At a step (two knots with the same
    /// x) it is the upper one.
    package func value(at raw: Double) -> Double {
        guard raw == raw else { return raw }
        // The first knot beyond `raw`.
        var low = 0
        var high = x.count
        while low < high {
            let middle = (low + high) / 2
            if x[middle] <= raw { low = middle + 1 } else { high = middle }
        }
        if low == 0 { return y[0] }
        if low == x.count { return y[low - 1] }
        let (x0, x1, y0, y1) = (x[low - 1], x[low], y[low - 1], y[low])
        return y0 + (y1 - y0) * ((raw - x0) / (x1 - x0))
    }
}
