import Glibc

/// How alike two vectors are to a support vector machine.
struct KernelFunction {
    enum Kind: String, CaseIterable {
        case linear = "LINEAR"
        case polynomial = "POLY"
        case radial = "RBF"
        case sigmoid = "SIGMOID"
    }

    let kind: Kind
    let gamma: Double
    let offset: Double
    let degree: Double

    init(_ node: NodeBuilder) throws(LoadError) {
        kind = try node.choice("kernel_type", Kind.linear)
        let parameters = try node.floats("kernel_params") ?? []
        guard parameters.isEmpty || parameters.count == 3 else {
            throw node.corrupt("\(parameters.count) kernel_params, not 3")
        }
        gamma = parameters.isEmpty ? 0 : Double(parameters[0])
        offset = parameters.isEmpty ? 0 : Double(parameters[1])
        degree = parameters.isEmpty ? 0 : Double(parameters[2])
    }

    /// The kernel of a row and a vector, in double precision.
    @inline(__always)
    func value<Number: BinaryFloatingPoint>(
        _ row: UnsafePointer<Number>, _ vector: UnsafePointer<Float>, _ count: Int
    ) -> Double {
        switch kind {
        case .radial:
            return exp(-gamma * Self.sum(row, vector, count) { ($0 - $1) * ($0 - $1) })
        case .linear: return Self.sum(row, vector, count) { $0 * $1 }
        case .polynomial:
            return pow(gamma * Self.sum(row, vector, count) { $0 * $1 } + offset, degree)
        case .sigmoid:
            return tanh(gamma * Self.sum(row, vector, count) { $0 * $1 } + offset)
        }
    }

    /// Four sums at a time, in one order whatever the row's neighbours are.
    @inline(__always)
    private static func sum<Number: BinaryFloatingPoint>(
        _ row: UnsafePointer<Number>, _ vector: UnsafePointer<Float>, _ count: Int,
        _ term: (SIMD4<Double>, SIMD4<Double>) -> SIMD4<Double>
    ) -> Double {
        var sums = SIMD4<Double>.zero
        var index = 0
        while index + 4 <= count {
            let x = SIMD4(
                Double(row[index]), Double(row[index + 1]), Double(row[index + 2]),
                Double(row[index + 3]))
            let v = SIMD4(
                Double(vector[index]), Double(vector[index + 1]), Double(vector[index + 2]),
                Double(vector[index + 3]))
            sums += term(x, v)
            index += 4
        }
        var (x, v) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
        for lane in 0..<(count - index) {
            x[lane] = Double(row[index + lane])
            v[lane] = Double(vector[index + lane])
        }
        sums += term(x, v)
        return (sums[0] + sums[2]) + (sums[1] + sums[3])
    }
}
