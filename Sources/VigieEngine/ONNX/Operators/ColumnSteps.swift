/// (x - offset) * scale, column by column.
final class ScalerStep: Step {
    let type: ElementType
    /// One for each column, or one for all.
    let offset: FlatArray<Float>
    let scale: FlatArray<Float>
    let input: Int
    let output: Int

    init(
        _ place: String, _ type: ElementType, _ offset: [Float], _ scale: [Float], _ input: Int,
        _ output: Int
    ) {
        self.type = type
        self.offset = FlatArray(offset)
        self.scale = FlatArray(scale)
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (_, columns) = try matrix(source)
        guard offset.count == 1 || offset.count == columns,
            scale.count == 1 || scale.count == columns
        else {
            throw mismatch("\(columns) columns for \(offset.count) offsets, \(scale.count) scales")
        }
        let out = try values.shape(output, source.shape, self)
        if type == .float32 {
            scale(source, out, columns, Float.self)
        } else {
            scale(source, out, columns, Double.self)
        }
    }

    @inline(__always)
    private func scale<Number: BinaryFloatingPoint & BitwiseCopyable>(
        _ source: Tensor, _ out: Tensor, _ columns: Int, _ type: Number.Type
    ) {
        let (offsetStep, scaleStep) = (offset.count == 1 ? 0 : 1, scale.count == 1 ? 0 : 1)
        let (offset, scale) = (offset.base, scale.base)
        source.withElements(of: Number.self) { source in
            out.withElements(of: Float.self) { out in
                guard columns > 0 else { return }
                var start = 0
                while start < source.count {
                    for column in 0..<columns {
                        let x = source[start + column] - Number(offset[column * offsetStep])
                        out[start + column] = Float(x * Number(scale[column * scaleStep]))
                    }
                    start += columns
                }
            }
        }
    }
}

/// Each row divided by its norm; a row of norm 0 stays.
final class NormalizerStep: Step {
    enum Norm: String, CaseIterable {
        case max = "MAX"
        case l1 = "L1"
        case l2 = "L2"
    }

    let norm: Norm
    let input: Int
    let output: Int

    init(_ place: String, _ norm: Norm, _ input: Int, _ output: Int) {
        self.norm = norm
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (rows, columns) = try matrix(source)
        let out = try values.shape(output, source.shape, self)
        source.withElements(of: Float.self) { source in
            out.withElements(of: Float.self) { out in
                for row in 0..<rows {
                    let start = row * columns
                    var sum: Float = 0
                    var highest = -Float.greatestFiniteMagnitude
                    for index in start..<(start + columns) {
                        let x = source[index]
                        switch norm {
                        case .max: highest = x > highest ? x : highest
                        case .l1: sum += x.magnitude
                        case .l2: sum += x * x
                        }
                    }
                    let divisor = norm == .max ? highest : norm == .l2 ? sum.squareRoot() : sum
                    for index in start..<(start + columns) {
                        out[index] = divisor == 0 ? source[index] : source[index] / divisor
                    }
                }
            }
        }
    }
}

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

/// 1 above a threshold, else 0.
final class BinarizerStep: Step {
    let type: ElementType
    let threshold: Double
    let input: Int
    let output: Int

    init(_ place: String, _ type: ElementType, _ threshold: Double, _ input: Int, _ output: Int) {
        self.type = type
        self.threshold = threshold
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        switch type {
        case .float32: test(source, out, Float.self)
        case .float64: test(source, out, Double.self)
        case .int32: test(source, out, Int32.self)
        default: test(source, out, Int64.self)
        }
    }

    @inline(__always)
    private func test<Number: TensorNumber & CastNumber>(
        _ source: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for index in 0..<source.count {
                    out[index] = source[index].real > threshold ? .one : .zero
                }
            }
        }
    }
}

/// Chosen columns of the last axis.
final class FeatureExtractorStep: Step {
    let input: Int
    let indices: Int
    let output: Int

    init(_ place: String, _ input: Int, _ indices: Int, _ output: Int) {
        self.input = input
        self.indices = indices
        self.output = output
        super.init(place)
    }

    override var refusesValues: Bool { true }

    override var movement: Movement? {
        Movement(data: [input], arguments: [indices], outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (source, chosen) = (values[input], values[indices])
        guard source.shape.rank > 0, chosen.count > 0 else { throw mismatch("nothing to choose") }
        let extent = source.shape[source.shape.rank - 1]
        var shape = source.shape.rank == 1 ? source.shape.asRow : source.shape
        shape[shape.rank - 1] = chosen.count
        for position in 0..<chosen.count {
            let index = chosen.index(at: position)
            guard index >= 0, index < extent else {
                throw mismatch("index \(index) of an axis of \(extent)")
            }
        }
        let out = try values.shape(output, shape, self)
        var writer = TensorWriter(out, output, values, self)
        for row in 0..<(out.count / chosen.count) {
            for position in 0..<chosen.count {
                let index = chosen.index(at: position)
                try writer.append(source, row * extent + index, 1, stride: 1)
            }
        }
    }
}
