/// Σ coefficient · kernel(x, vector) + rho, or on which side of it a row is.
final class VectorSumStep: Step {
    let vectors: SupportVectors
    let coefficients: FlatArray<Float>
    let rho: Double
    /// Whether the result is 1 for rows like those of training, else -1.
    let isOneClass: Bool
    let input: Int
    let scratch: Int
    let output: Int

    init(
        _ place: String, _ vectors: SupportVectors, _ coefficients: [Float], _ rho: Float,
        _ isOneClass: Bool, _ input: Int, _ scratch: Int, _ output: Int
    ) {
        self.vectors = vectors
        self.coefficients = FlatArray(coefficients)
        self.rho = Double(rho)
        self.isOneClass = isOneClass
        self.input = input
        self.scratch = scratch
        self.output = output
        super.init(place)
    }

    override var memoryBytes: Int { vectors.vectors.byteCount + coefficients.byteCount }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let rows = try rows(source, for: vectors)
        let out = try values.shape(
            output, TensorShape(CollectionOfOne(rows)).appending(1), self)
        let kernels = try values.shape(
            scratch, TensorShape(CollectionOfOne(vectors.count)), self)
        try values.chargeProduct(rows, vectors.vectors.count, self)
        out.withElements(of: Double.self) { out in
            kernels.withElements(of: Double.self) { kernels in
                guard let kernels = kernels.baseAddress else { return }
                for row in 0..<rows {
                    vectors.compare(source, row, kernels)
                    var sum = 0.0
                    for index in 0..<vectors.count {
                        sum += Double(coefficients.base[index]) * kernels[index]
                    }
                    sum += rho
                    out[row] = isOneClass ? (sum > 0 ? 1 : -1) : sum
                }
            }
        }
    }
}

extension Values {
    /// Counts `a` times `b` elementary operations.
    func chargeProduct(_ a: Int, _ b: Int, _ step: Step) throws(InferenceError) {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        try charge(overflow ? .max : product, step)
    }
}
