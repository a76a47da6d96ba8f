/// Texts in another case and without stop words.
final class StringNormalizerStep: Step {
    let changer: CaseChanger
    /// In the case in which texts are compared with them.
    let stopWords: KeyTable?
    /// What texts are compared in; nil is as they are.
    let comparing: CaseChanger?
    let input: Int
    let output: Int

    init(
        _ place: String, _ change: CaseChange, isCaseSensitive: Bool, _ stopWords: [String],
        _ input: Int, _ output: Int
    ) {
        changer = CaseChanger(change)
        comparing =
            isCaseSensitive || stopWords.isEmpty
            ? nil : change == .none ? CaseChanger(.lower) : changer
        let words = comparing.map { stopWords.map($0.apply) } ?? stopWords
        self.stopWords = words.isEmpty ? nil : KeyTable(strings: words)
        self.input = input
        self.output = output
        super.init(place)
    }

    override var refusesValues: Bool { true }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let shape = source.shape
        guard shape.rank == 1 || (shape.rank == 2 && shape[0] == 1) else {
            throw mismatch("its input \(shape) is neither a vector nor one row")
        }
        var kept = source.count
        if stopWords != nil {
            kept = 0
            for index in 0..<source.count where try !isStopWord(source, index) { kept += 1 }
        }
        // Where nothing is left there is one empty text, but of an empty batch.
        let count = kept == 0 && source.count > 0 ? 1 : kept
        var result = shape
        result[shape.rank - 1] = count
        let out = try values.shape(output, result, self)
        if kept == 0, count == 1 { return out.appendString("") }
        var bytes = 0
        for index in 0..<source.count {
            if stopWords != nil, try isStopWord(source, index) { continue }
            bytes += try append(source, index, to: out)
        }
        try values.charge(bytes, self)
        try values.hold(bytes + out.count * 8, output, self)
    }

    private func append(
        _ source: Tensor, _ index: Int, to out: Tensor
    ) throws(InferenceError) -> Int {
        var count = 0
        let isText = source.withString(at: index) { text in
            text.withUnsafeBytes { text in
                changer.apply(text) { byte in
                    out.appendByte(byte)
                    count += 1
                }
            }
        }
        guard isText else { throw notText(index) }
        out.endString()
        return count
    }

    private func notText(_ index: Int) -> InferenceError { mismatch("text \(index) is not UTF-8") }

    private func isStopWord(_ source: Tensor, _ index: Int) throws(InferenceError) -> Bool {
        guard let stopWords else { return false }
        guard let comparing else { return stopWords.find(source, index) != nil }
        var bytes: [UInt8] = []
        let isText = source.withString(at: index) { text in
            text.withUnsafeBytes { text in comparing.apply(text) { bytes.append($0) } }
        }
        guard isText else { throw notText(index) }
        return stopWords.find(bytes.span.bytes) != nil
    }
}
