enum TreeAggregate: String, CaseIterable {
    case sum = "SUM"
    case average = "AVERAGE"
    case minimum = "MIN"
    case maximum = "MAX"

    var function: TreeEnsembleBuilder.Aggregate {
        switch self {
        case .sum: .sum
        case .average: .average
        case .minimum: .minimum
        case .maximum: .maximum
        }
    }
}

/// The raw outputs [N, targets] of an ensemble.
final class TreesStep: Step {
    let ensemble: TreeEnsemble
    let start32: [Float]
    let start64: [Double]
    let scratch: Int
    let input: Int
    let narrowed: Int
    let output: Int

    init(
        _ place: String, _ ensemble: TreeEnsemble, _ start: [Double], _ scratch: Int,
        _ input: Int, _ narrowed: Int, _ output: Int
    ) {
        self.ensemble = ensemble
        start32 = start.map { Float($0) }
        start64 = start
        self.scratch = scratch
        self.input = input
        self.narrowed = narrowed
        self.output = output
        super.init(place)
    }

    /// The same step with other scratch memory.
    func moved(toScratch scratch: Int) -> TreesStep {
        TreesStep(place, ensemble, start64, scratch, input, narrowed, output)
    }

    override var isFoldable: Bool { false }
    override var memoryBytes: Int { ensemble.memoryBytes }

    override func run(_ values: Values) throws(InferenceError) {
        var source = values[input]
        let (rows, columns) = try matrix(source)
        guard columns >= ensemble.featureCount else {
            throw mismatch("\(columns) columns, \(ensemble.featureCount) are expected")
        }
        if columns > ensemble.featureCount {
            source = try narrow(source, rows, columns, values)
        }
        let out = try values.shape(
            output, TensorShape(CollectionOfOne(rows)).appending(ensemble.targetCount), self)
        let (work, overflow) = rows.multipliedReportingOverflow(by: ensemble.treeCount * 8)
        try values.charge(overflow ? .max : work, self)
        guard rows > 0 else { return }
        let scratch = values.scratches[scratch]
        if ensemble.precision == .float32 {
            source.withElements(of: Float.self) { source in
                out.withElements(of: Float.self) { out in
                    var result = out.mutableSpan
                    ensemble.predict(UnsafeBufferPointer(source).span, into: &result, scratch)
                    add(start32, to: &result)
                }
            }
        } else {
            source.withElements(of: Double.self) { source in
                out.withElements(of: Double.self) { out in
                    var result = out.mutableSpan
                    ensemble.predict(UnsafeBufferPointer(source).span, into: &result, scratch)
                    add(start64, to: &result)
                }
            }
        }
    }

    /// Base values come last, as in ONNX Runtime: added first, a great one costs every sum digits.
    private func add<Number: BinaryFloatingPoint>(
        _ start: [Number], to sums: inout MutableSpan<Number>
    ) {
        guard !start.isEmpty else { return }
        for index in sums.indices { sums[index] += start[index % start.count] }
    }

    private func narrow(
        _ source: Tensor, _ rows: Int, _ columns: Int, _ values: Values
    ) throws(InferenceError) -> Tensor {
        let width = ensemble.featureCount
        let narrow = try values.shape(
            narrowed, TensorShape(CollectionOfOne(rows)).appending(width), self)
        var writer = TensorWriter(narrow, narrowed, values, self)
        for row in 0..<rows { try writer.append(source, row * columns, width, stride: 1) }
        return narrow
    }
}
