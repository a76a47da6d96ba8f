/// Sums of products over the letters that the result does not name, in ascending order.
final class EinsumStep: Step {
    let sum: IndexSum
    let type: ElementType
    let inputs: [Int]
    let output: Int

    init(
        _ place: String, _ sum: IndexSum, _ type: ElementType, _ inputs: [Int], _ output: Int
    ) {
        self.sum = sum
        self.type = type
        self.inputs = inputs
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        var extents = SIMD16<Int>(repeating: 1)
        for (slot, letters) in zip(inputs, sum.operands) {
            let shape = values[slot].shape
            guard shape.rank == letters.count else {
                throw mismatch("an operand \(shape) of \(letters.count) letters")
            }
            for (axis, letter) in letters.enumerated() where shape[axis] != 1 {
                guard extents[letter] == 1 || extents[letter] == shape[axis] else {
                    throw mismatch(
                        "'\(sum.letters[letter])' is \(extents[letter]) and \(shape[axis])")
                }
                extents[letter] = shape[axis]
            }
        }
        var shape = TensorShape()
        for letter in 0..<sum.resultRank { shape.append(extents[letter]) }
        let out = try values.shape(output, shape, self)
        var work = max(out.count, 1)
        for letter in sum.resultRank..<max(sum.letters.count, sum.resultRank) {
            let (product, overflow) = work.multipliedReportingOverflow(by: extents[letter])
            work = overflow ? .max : product
        }
        let (total, overflow) = work.multipliedReportingOverflow(by: 8)
        try values.charge(overflow ? .max : total, self)
        if type == .float32 {
            compute(values, extents, out, Float.self)
        } else {
            compute(values, extents, out, Double.self)
        }
    }

    private func compute<Number: TensorFloat>(
        _ values: Values, _ extents: SIMD16<Int>, _ out: Tensor, _ type: Number.Type
    ) {
        out.withElements(of: Number.self) { out in
            for index in out.indices { out[index] = .zero }
        }
        let letters = sum.letters.count
        var total = out.count
        for letter in sum.resultRank..<max(letters, sum.resultRank) { total *= extents[letter] }
        guard total > 0 else { return }
        let inner = out.count == 0 ? 0 : total / out.count
        var position = SIMD16<Int>(repeating: 0)
        for step in 0..<total {
            var product = Number.one
            for (slot, named) in zip(inputs, sum.operands) {
                let tensor = values[slot]
                var place = 0
                for (axis, letter) in named.enumerated() {
                    let extent = tensor.shape[axis]
                    place = place * extent + (extent == 1 ? 0 : position[letter])
                }
                product = Number.product(
                    product, tensor.withElements(of: Number.self) { $0[place] })
            }
            out.withElements(of: Number.self) { out in
                out[step / inner] = Number.sum(out[step / inner], product)
            }
            var letter = letters - 1
            while letter >= 0 {
                position[letter] += 1
                if position[letter] < extents[letter] { break }
                position[letter] = 0
                letter -= 1
            }
        }
    }
}
