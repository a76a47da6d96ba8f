/// A polynomial in the lag operator: coefficient i is that of the value i steps back.
struct LagPolynomial: Sendable, Equatable {
    var coefficients: [Double]

    /// 1 - a[0] B - a[1] B² …: an autoregression.
    static func autoregressive(_ values: [Double], season: Int = 1) -> LagPolynomial {
        LagPolynomial(values, sign: -1, season)
    }

    /// 1 + a[0] B + a[1] B² …: a moving average.
    static func movingAverage(_ values: [Double], season: Int = 1) -> LagPolynomial {
        LagPolynomial(values, sign: 1, season)
    }

    /// (1 - B^season)^count.
    static func difference(_ count: Int, season: Int = 1) -> LagPolynomial {
        var result = LagPolynomial([], sign: 1, 1)
        let one = LagPolynomial.autoregressive([1], season: season)
        for _ in 0..<count { result = result * one }
        return result
    }

    private init(_ values: [Double], sign: Double, _ season: Int) {
        coefficients = Array(repeating: 0, count: values.count * season + 1)
        coefficients[0] = 1
        for (index, value) in values.enumerated() {
            coefficients[(index + 1) * season] = sign * value
        }
    }

    static func * (left: LagPolynomial, right: LagPolynomial) -> LagPolynomial {
        var product = left
        product.coefficients = Array(
            repeating: 0, count: left.coefficients.count + right.coefficients.count - 1)
        for (i, a) in left.coefficients.enumerated() where a != 0 {
            for (j, b) in right.coefficients.enumerated() { product.coefficients[i + j] += a * b }
        }
        return product
    }

    /// The greatest lag.
    var degree: Int { coefficients.count - 1 }
}
