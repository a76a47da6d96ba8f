import Glibc

/// Raw scores to probabilities, as ONNX Runtime has it (core/providers/cpu/ml/ml_common.h).
final class PostTransformStep: Step {
    let transform: PostTransform
    let second: SecondClass
    let input: Int
    let output: Int

    init(
        _ place: String, _ transform: PostTransform, _ second: SecondClass, _ input: Int,
        _ output: Int
    ) {
        self.transform = transform
        self.second = second
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (rows, columns) = try matrix(source)
        let isPair = columns == 1 && second != .none
        let width = isPair ? 2 : columns
        let out = try values.shape(
            output, TensorShape(CollectionOfOne(rows)).appending(width), self)
        if source.type == .float32 {
            compute(source, out, rows, columns, isPair, Float.self)
        } else {
            compute(source, out, rows, columns, isPair, Double.self)
        }
    }

    @inline(__always)
    private func compute<Number: TensorFloat>(
        _ source: Tensor, _ out: Tensor, _ rows: Int, _ columns: Int, _ isPair: Bool,
        _ type: Number.Type
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: Float.self) { out in
                for row in 0..<rows {
                    if isPair {
                        pair(source[row], out, 2 * row)
                    } else {
                        all(source, out, row * columns, columns)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func pair<Number: TensorFloat>(
        _ score: Number, _ out: UnsafeMutableBufferPointer<Float>, _ start: Int
    ) {
        if transform == .logistic {
            out[start] = Float(Number.logistic(-score))
            out[start + 1] = Float(Number.logistic(score))
        } else {
            out[start] = Float(second == .complement ? 1 - score : -score)
            out[start + 1] = Float(score)
        }
    }

    @inline(__always)
    private func all<Number: TensorFloat>(
        _ source: UnsafeMutableBufferPointer<Number>, _ out: UnsafeMutableBufferPointer<Float>,
        _ start: Int, _ columns: Int
    ) {
        let range = start..<(start + columns)
        // ONNX Runtime leaves a score that stands alone as it is, but for PROBIT.
        switch columns == 1 && transform != .probit ? .none : transform {
        case .none:
            for index in range { out[index] = Float(source[index]) }
        case .logistic:
            for index in range { out[index] = Float(Number.logistic(source[index])) }
        case .probit:
            for index in range { out[index] = Self.probit(Float(source[index])) }
        case .softmax, .softmaxZero:
            var highest = -Number.infinity
            for index in range { highest = source[index] > highest ? source[index] : highest }
            // Scores of zero stay zero: no tree spoke of that class.
            let zeros = transform == .softmaxZero
            var sum = Number.zero
            for index in range where !(zeros && source[index].magnitude <= 0.0000001) {
                sum += Number.exponential(source[index] - highest)
            }
            for index in range {
                let isZero = zeros && source[index].magnitude <= 0.0000001
                let power =
                    isZero
                    ? source[index] * Number.exponential(-highest)
                    : Number.exponential(source[index] - highest)
                out[index] = Float(sum == 0 ? power : power / sum)
            }
        }
    }

    /// √2 · erf⁻¹(2x - 1), with Winitzki's approximation of erf⁻¹ that ONNX Runtime uses.
    private static func probit(_ x: Float) -> Float {
        let argument = 2 * x - 1
        let logarithm = log((1 - argument) * (1 + argument))
        let first = 2 / (3.14159 * 0.147) + 0.5 * logarithm
        let second = 1 / 0.147 * logarithm
        let root = (-first + (first * first - second).squareRoot()).squareRoot()
        return 1.41421356 * (argument < 0 ? -root : root)
    }
}
