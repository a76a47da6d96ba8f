import VigieEngine

/// A non-decreasing map through knots: linear between them, constant before the first and after the
/// last.
package struct IsotonicMap: Sendable, Equatable {
    /// Where the knots are: raw probabilities, ascending.
    package var x: [Double] { map.x }
    /// The calibrated probabilities there, non-decreasing.
    package var y: [Double] { map.y }
    private let map: PiecewiseLinearMap

    /// Nil when the arrays are empty or of different lengths, hold what is no probability, when `x`
    /// descends anywhere, or `y` does.
    package init?(x: [Double], y: [Double]) {
        guard !x.isEmpty, x.count == y.count else { return nil }
        guard (x + y).allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return nil }
        guard zip(y, y.dropFirst()).allSatisfy({ $0 <= $1 }),
            let map = PiecewiseLinearMap(x: x, y: y)
        else { return nil }
        self.map = map
    }

    /// The calibrated probability for a raw one; NaN for NaN. At a step (two knots with the same
    /// x) it is the upper one.
    package func value(at raw: Double) -> Double {
        map.value(at: raw)
    }
}
