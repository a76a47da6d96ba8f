/// Fills a tensor from first to last element with runs of other tensors' elements, of any type.
struct TensorWriter {
    private let out: Tensor
    private let slot: Int
    private let values: Values
    private let step: Step
    private var position = 0
    private var textBytes = 0

    init(_ out: Tensor, _ slot: Int, _ values: Values, _ step: Step) {
        self.out = out
        self.slot = slot
        self.values = values
        self.step = step
    }

    /// Appends elements `start` … of `source`, each `stride` after the one before.
    func append(_ source: Tensor, _ start: Int, _ count: Int) throws(InferenceError) {
        var writer = self
        try writer.append(source, start, count, stride: 1)
    }

    mutating func append(
        _ source: Tensor, _ start: Int, _ count: Int, stride: Int
    ) throws(InferenceError) {
        guard count > 0 else { return }
        switch out.type.byteCount {
        case 0: try appendStrings(source, start, count, stride)
        case 1: copy(source, start, count, stride, UInt8.self)
        case 2: copy(source, start, count, stride, UInt16.self)
        case 4: copy(source, start, count, stride, UInt32.self)
        default: copy(source, start, count, stride, UInt64.self)
        }
        position += count
    }

    @inline(__always)
    private func copy<Word: BitwiseCopyable>(
        _ source: Tensor, _ start: Int, _ count: Int, _ stride: Int, _ word: Word.Type
    ) {
        let first = position
        source.withElements(of: Word.self) { source in
            out.withElements(of: Word.self) { out in
                precondition(
                    first + count <= out.count && start >= 0 && start < source.count
                        && start + (count - 1) * stride >= 0
                        && start + (count - 1) * stride < source.count, "run out of range")
                if stride == 1 {
                    for index in 0..<count { out[first + index] = source[start + index] }
                } else {
                    for index in 0..<count { out[first + index] = source[start + index * stride] }
                }
            }
        }
    }

    private mutating func appendStrings(
        _ source: Tensor, _ start: Int, _ count: Int, _ stride: Int
    ) throws(InferenceError) {
        for index in 0..<count {
            textBytes += source.withString(at: start + index * stride) { text in
                out.appendString(text)
                return text.byteCount
            }
            if index & 1023 == 0 || index == count - 1 {
                try values.hold(textBytes + out.count * 8, slot, step)
            }
        }
    }
}
