import Glibc

/// Probabilities of classes from the scores of pairs of classes: Platt's sigmoid for each pair, then
/// Wu, Lin and Weng 2004, "Probability estimates for multi-class classification by pairwise
/// coupling", their second method, iterated as LIBSVM does.
struct PairwiseCoupling {
    let classes: Int
    /// A and B of 1 / (1 + e^(A·score + B)), by pair.
    let slopes: [Float]
    let intercepts: [Float]

    init(_ classes: Int, _ slopes: [Float], _ intercepts: [Float]) {
        self.classes = classes
        self.slopes = slopes
        self.intercepts = intercepts
    }

    /// Numbers that `couple` needs besides.
    var scratchCount: Int { 2 * classes * classes + classes }

    func couple(
        _ scores: UnsafeMutablePointer<Double>, _ out: UnsafeMutablePointer<Double>,
        _ scratch: UnsafeMutablePointer<Double>
    ) {
        let k = classes
        let pairs = scratch
        let q = scratch + k * k
        let qp = scratch + 2 * k * k
        var pair = 0
        for i in 0..<k {
            for j in (i + 1)..<max(k, i + 1) {
                let score = Double(slopes[pair]) * scores[pair] + Double(intercepts[pair])
                let p = min(max(Double.logistic(-score), 1e-7), 1 - 1e-7)
                pairs[i * k + j] = p
                pairs[j * k + i] = 1 - p
                pair += 1
            }
        }
        for t in 0..<k {
            out[t] = 1 / Double(k)
            q[t * k + t] = 0
            for j in 0..<k where j != t {
                q[t * k + t] += pairs[j * k + t] * pairs[j * k + t]
                q[t * k + j] = -pairs[j * k + t] * pairs[t * k + j]
            }
        }
        let tolerance = 0.005 / Double(k)
        for _ in 0..<max(100, k) {
            var total = 0.0
            for t in 0..<k {
                qp[t] = 0
                for j in 0..<k { qp[t] += q[t * k + j] * out[j] }
                total += out[t] * qp[t]
            }
            var error = 0.0
            for t in 0..<k { error = max(error, abs(qp[t] - total)) }
            if error < tolerance { break }
            for t in 0..<k {
                let change = (total - qp[t]) / q[t * k + t]
                out[t] += change
                total =
                    (total + change * (change * q[t * k + t] + 2 * qp[t])) / (1 + change)
                    / (1 + change)
                for j in 0..<k {
                    qp[j] = (qp[j] + change * q[t * k + j]) / (1 + change)
                    out[j] /= 1 + change
                }
            }
        }
    }
}
