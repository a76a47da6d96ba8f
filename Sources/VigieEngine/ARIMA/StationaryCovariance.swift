/// The long-run covariance of an ARMA process's state: P = T P T' + R R', for unit noise.
enum StationaryCovariance {
    /// Sums T^k R R' T'^k by doubling (Smith 1968; Anderson & Moore 1979, §6.7): after n steps 2^n
    /// terms, all of them positive semi-definite, so that nothing cancels.
    /// - Parameters:
    ///   - ar: T's first column; ones stand above its diagonal.
    ///   - moving: R, as long.
    /// - Returns: the covariance, row by row; nil when the process is not stationary.
    static func solve(ar: [Double], moving: [Double]) -> [Double]? {
        let order = ar.count
        var covariance = [Double](repeating: 0, count: order * order)
        var power = covariance
        for row in 0..<order {
            for column in 0..<order {
                covariance[row * order + column] = moving[row] * moving[column]
            }
            power[row * order] = ar[row]
            if row + 1 < order { power[row * order + row + 1] = 1 }
        }
        // A root of 1 - 1e-12 needs 45 doublings; one that is nearer is none that a fit means.
        for _ in 0..<48 {
            let half = product(power, covariance, order)
            let added = productTransposed(half, power, order)
            var largest = 0.0
            for index in covariance.indices {
                covariance[index] += added[index]
                largest = max(largest, abs(covariance[index]))
            }
            guard largest <= 1e120 else { return nil }
            power = product(power, power, order)
            if power.allSatisfy({ abs($0) < 1e-18 }) { return covariance }
        }
        return nil
    }

    private static func product(_ a: [Double], _ b: [Double], _ order: Int) -> [Double] {
        var result = [Double](repeating: 0, count: order * order)
        for row in 0..<order {
            for middle in 0..<order {
                let factor = a[row * order + middle]
                guard factor != 0 else { continue }
                for column in 0..<order {
                    result[row * order + column] += factor * b[middle * order + column]
                }
            }
        }
        return result
    }

    /// a b'.
    private static func productTransposed(_ a: [Double], _ b: [Double], _ order: Int) -> [Double] {
        var result = [Double](repeating: 0, count: order * order)
        for row in 0..<order {
            for column in 0..<order {
                var sum = 0.0
                for middle in 0..<order {
                    sum += a[row * order + middle] * b[column * order + middle]
                }
                result[row * order + column] = sum
            }
        }
        return result
    }
}
