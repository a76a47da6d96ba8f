import Glibc

/// A rule that integrates polynomials over [0, 1] exactly, up to the degree 2 · count − 1.
struct GaussLegendre {
    let points: [Double]
    let weights: [Double]

    /// - Parameter count: 1 or more. Roots of the Legendre polynomial by Newton's method from
    ///   Chebyshev's first guess (Press et al., Numerical Recipes, §4.6).
    init(count: Int) {
        var points = [Double](repeating: 0, count: count)
        var weights = points
        for index in 0..<count {
            var root = cos(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
            var slope = 1.0
            // Newton's steps double the digits: from a good guess, five reach a double's.
            for _ in 0..<8 {
                var (value, last) = (1.0, 0.0)
                for degree in 0..<count {
                    let next =
                        (Double(2 * degree + 1) * root * value - Double(degree) * last)
                        / Double(degree + 1)
                    (value, last) = (next, value)
                }
                slope = Double(count) * (root * value - last) / (root * root - 1)
                root -= value / slope
            }
            points[index] = (1 - root) / 2
            weights[index] = 1 / ((1 - root * root) * slope * slope)
        }
        self.points = points
        self.weights = weights
    }
}
