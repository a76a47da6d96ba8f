/// A value of each column replaced by another: missing ones by what training saw.
final class ImputerStep: Step {
    let type: ElementType
    /// For floats: by column, or one for all; what is replaced may be NaN.
    let reals: FlatArray<Double>
    let replacedReal: Double
    let integers: FlatArray<Int64>
    let replacedInteger: Int64
    let input: Int
    let output: Int

    init(
        _ place: String, _ type: ElementType, _ reals: [Double], _ replacedReal: Double,
        _ integers: [Int64], _ replacedInteger: Int64, _ input: Int, _ output: Int
    ) {
        self.type = type
        self.reals = FlatArray(reals)
        self.replacedReal = replacedReal
        self.integers = FlatArray(integers)
        self.replacedInteger = replacedInteger
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (_, columns) = try matrix(source)
        let count = max(reals.count, integers.count)
        guard count == 1 || count == columns else {
            throw mismatch("\(columns) columns for \(count) imputed values")
        }
        let out = try values.shape(output, source.shape, self)
        switch type {
        case .float32: impute(source, out, columns, Float.self)
        case .float64: impute(source, out, columns, Double.self)
        case .int32: imputeIntegers(source, out, columns, Int32.self)
        default: imputeIntegers(source, out, columns, Int64.self)
        }
    }

    @inline(__always)
    private func impute<Number: BinaryFloatingPoint & BitwiseCopyable>(
        _ source: Tensor, _ out: Tensor, _ columns: Int, _ type: Number.Type
    ) {
        let step = reals.count == 1 ? 0 : 1
        let replaced = Number(replacedReal)
        let isNaN = replacedReal.isNaN
        let reals = reals.base
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                guard columns > 0 else { return }
                var start = 0
                while start < source.count {
                    for column in 0..<columns {
                        let x = source[start + column]
                        let isReplaced = isNaN ? x.isNaN : x == replaced
                        out[start + column] = isReplaced ? Number(reals[column * step]) : x
                    }
                    start += columns
                }
            }
        }
    }

    @inline(__always)
    private func imputeIntegers<Number: FixedWidthInteger & BitwiseCopyable>(
        _ source: Tensor, _ out: Tensor, _ columns: Int, _ type: Number.Type
    ) {
        let step = integers.count == 1 ? 0 : 1
        let integers = integers.base
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for index in 0..<source.count {
                    let x = source[index]
                    let column = index % columns
                    out[index] =
                        Int64(x) == replacedInteger
                        ? Number(truncatingIfNeeded: integers[column * step]) : x
                }
            }
        }
    }
}
