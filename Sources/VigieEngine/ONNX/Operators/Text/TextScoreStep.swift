/// A linear model's scores of texts: words are found, counted, weighted and multiplied one text at a
/// time, without a vector as long as the vocabulary. See ``TextFusion``.
final class TextScoreStep: Step {
    private let changer: CaseChanger
    private let tokens: Tokens
    private let table: NGramTable
    /// By column: what a count is multiplied with.
    private let factors: FlatArray<Float>
    private let norm: NormalizerStep.Norm?
    /// By column, then by target: the other way round than the linear model has them.
    private let weights: FlatArray<Float>
    private let bias: FlatArray<Float>
    /// Whether texts may have any shape.
    private let isFlat: Bool
    private let input: Int
    private let countsPairs: Bool
    /// Slots: a text's bytes, its columns, counts by column, sums by target, and whether the counts
    /// have been set to zero.
    private let scratch: [Int]
    private let output: Int

    init(
        _ place: String, changer: CaseChanger, tokens: Tokens, table: NGramTable,
        factors: Tensor?, norm: NormalizerStep.Norm?, linear: LinearStep, isFlat: Bool,
        countsPairs: Bool, _ input: Int, _ scratch: [Int], _ output: Int
    ) {
        self.changer = changer
        self.tokens = tokens
        self.table = table
        let (columns, targets) = (linear.columns, linear.bias.count)
        let given = factors.map { $0.withElements(of: Float.self) { Array($0) } }
        self.factors = FlatArray(given ?? Array(repeating: 1, count: columns))
        self.norm = norm
        weights = FlatArray(
            (0..<(columns * targets)).map {
                linear.weights.base[$0 % targets * columns + $0 / targets]
            })
        bias = linear.bias
        self.isFlat = isFlat
        self.countsPairs = countsPairs
        self.input = input
        self.scratch = scratch
        self.output = output
        super.init(place)
    }

    override var refusesValues: Bool { true }

    override var memoryBytes: Int {
        table.byteCount + factors.byteCount + weights.byteCount + bias.byteCount
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let shape = source.shape
        guard isFlat || shape.rank == 1 || (shape.rank == 2 && shape[1] == 1) else {
            throw mismatch("its input \(shape) is no column of texts")
        }
        let rows = source.count
        let out = try values.shape(
            output, TensorShape(CollectionOfOne(rows)).appending(bias.count), self)
        try values.chargeProduct(rows, bias.count, self)
        let counts = try values.shape(
            scratch[2], TensorShape(CollectionOfOne(table.columnCount)), self)
        let sums = try values.shape(scratch[3], TensorShape(CollectionOfOne(bias.count)), self)
        if values[scratch[4]].count == 0 {
            counts.withElements(of: Float.self) { for index in $0.indices { $0[index] = 0 } }
            _ = try values.shape(scratch[4], TensorShape(), self)
        }
        for row in 0..<rows {
            let length = source.withString(at: row) { $0.byteCount }
            // Upper case can be longer than lower case, in UTF-8 by half at most.
            let bytes = try values.shape(
                scratch[0], TensorShape(CollectionOfOne(2 * length)), self)
            // No more n-grams begin in a text than it has bytes, of one word and of two.
            let columns = try values.shape(
                scratch[1], TensorShape(CollectionOfOne(2 * length)), self)
            var read = 0
            let isText = score(source, row, bytes, columns, counts, sums, out, &read)
            guard isText else { throw mismatch("text \(row) is not UTF-8") }
            try values.charge(read, self)
        }
    }

    private func score(
        _ source: Tensor, _ row: Int, _ bytes: Tensor, _ columns: Tensor, _ counts: Tensor,
        _ sums: Tensor, _ out: Tensor, _ read: inout Int
    ) -> Bool {
        bytes.withElements(of: UInt8.self) { bytes in
            columns.withElements(of: Int32.self) { columns in
                counts.withElements(of: Float.self) { counts in
                    var length = 0
                    let isText = source.withString(at: row) { text in
                        text.withUnsafeBytes { text in
                            changer.apply(text) { byte in
                                bytes[length] = byte
                                length += 1
                            }
                        }
                    }
                    guard isText else { return false }
                    let text = UnsafeRawBufferPointer(
                        rebasing: UnsafeRawBufferPointer(bytes)[..<length])
                    var found = 0
                    guard count(text, columns, counts, &found, &read) else {
                        for index in 0..<found { counts[Int(columns[index])] = 0 }
                        return false
                    }
                    sums.withElements(of: Double.self) { sums in
                        out.withElements(of: Float.self) { out in
                            finish(columns, found, counts, sums, out, row * bias.count)
                        }
                    }
                    return true
                }
            }
        }
    }

    /// Counts the text's n-grams; `columns` lists those that are there.
    @inline(__always)
    private func count(
        _ text: UnsafeRawBufferPointer, _ columns: UnsafeMutableBufferPointer<Int32>,
        _ counts: UnsafeMutableBufferPointer<Float>, _ found: inout Int, _ read: inout Int
    ) -> Bool {
        var previous = -1
        return tokens.forEach(text, &read) { word in
            let word = table.words.find(UnsafeRawBufferPointer(rebasing: text[word]))
            let node = word.map { Int(table.roots.base[$0]) } ?? -1
            if node >= 0 { add(node, columns, counts, &found) }
            if countsPairs, previous >= 0, let word, let pair = table.next(previous, word) {
                add(pair, columns, counts, &found)
            }
            previous = node
        }
    }

    @inline(__always)
    private func add(
        _ node: Int, _ columns: UnsafeMutableBufferPointer<Int32>,
        _ counts: UnsafeMutableBufferPointer<Float>, _ found: inout Int
    ) {
        let column = table.columns.base[node]
        guard column >= 0 else { return }
        if counts[Int(column)] == 0 {
            columns[found] = column
            found += 1
        }
        counts[Int(column)] += 1
    }

    /// Weights, norm and products of one text, and zeros where its counts were.
    @inline(__always)
    private func finish(
        _ columns: UnsafeMutableBufferPointer<Int32>, _ found: Int,
        _ counts: UnsafeMutableBufferPointer<Float>, _ sums: UnsafeMutableBufferPointer<Double>,
        _ out: UnsafeMutableBufferPointer<Float>, _ target: Int
    ) {
        var total: Float = 0
        for index in 0..<found {
            let column = Int(columns[index])
            let value = counts[column] * factors.base[column]
            counts[column] = value
            total += norm == .l2 ? value * value : value.magnitude
        }
        let divisor = norm == nil ? 1 : norm == .l2 ? total.squareRoot() : total
        let targets = bias.count
        for index in 0..<targets { sums[index] = Double(bias.base[index]) }
        for index in 0..<found {
            let column = Int(columns[index])
            let value = Double(divisor == 0 ? counts[column] : counts[column] / divisor)
            counts[column] = 0
            let weights = weights.base + column * targets
            for index in 0..<targets { sums[index] += value * Double(weights[index]) }
        }
        for index in 0..<targets { out[target + index] = Float(sums[index]) }
    }
}
