import CVigieKernels
import Glibc

/// A function of one number, element by element: FP32 in vectors, FP64 with the C library.
final class FunctionStep: Step {
    let activation: vigie_activation
    let type: ElementType
    let input: Int
    let output: Int
    private let level = vigie_cpu_level()

    init(
        _ place: String, _ activation: vigie_activation, _ type: ElementType, _ input: Int,
        _ output: Int
    ) {
        self.activation = activation
        self.type = type
        self.input = input
        self.output = output
        super.init(place)
    }

    var isRelu: Bool { activation.function == Int32(VIGIE_RELU.rawValue) }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        if type == .float32 {
            source.withElements(of: Float.self) { source in
                out.withElements(of: Float.self) { out in
                    guard let from = source.baseAddress, let to = out.baseAddress else { return }
                    withUnsafePointer(to: activation) { activation in
                        vigie_map_f32(level, activation, from, to, source.count)
                    }
                }
            }
        } else {
            source.withElements(of: Double.self) { source in
                out.withElements(of: Double.self) { out in
                    for index in source.indices { out[index] = activation.value(source[index]) }
                }
            }
        }
    }
}

extension vigie_activation {
    init(_ function: vigie_function, a: Float = 0, b: Float = 0) {
        self.init(function: Int32(function.rawValue), a: a, b: b)
    }

    /// The function of an FP64 number.
    func value(_ x: Double) -> Double {
        let (a, b) = (Double(a), Double(b))
        switch vigie_function(UInt32(function)) {
        case VIGIE_RELU: return x < 0 ? 0 : x
        case VIGIE_LEAKY_RELU: return x < 0 ? a * x : x
        case VIGIE_THRESHOLDED_RELU: return x > a ? x : 0
        case VIGIE_AFFINE: return a * x + b
        case VIGIE_HARD_SIGMOID: return Self.unit(a * x + b)
        case VIGIE_HARD_SWISH: return x * Self.unit(x / 6 + 0.5)
        case VIGIE_SOFTSIGN: return x / (1 + x.magnitude)
        case VIGIE_EXP: return exp(x)
        case VIGIE_LOG: return log(x)
        case VIGIE_SIGMOID: return Double.logistic(x)
        case VIGIE_TANH: return tanh(x)
        case VIGIE_SCALED_TANH: return a * tanh(b * x)
        case VIGIE_ERF: return erf(x)
        case VIGIE_ELU: return x < 0 ? a * expm1(x) : x
        case VIGIE_SELU: return b * (x > 0 ? x : a * expm1(x))
        case VIGIE_CELU: return x < 0 ? a * expm1(x / a) : x
        case VIGIE_SOFTPLUS: return Self.softplus(x)
        case VIGIE_GELU: return 0.5 * x * (1 + erf(x * 0.5.squareRoot()))
        case VIGIE_GELU_TANH:
            return 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case VIGIE_SWISH: return x * Double.logistic(a * x)
        case VIGIE_MISH: return x * tanh(Self.softplus(x))
        default: return x
        }
    }

    private static func unit(_ x: Double) -> Double { x < 0 ? 0 : x > 1 ? 1 : x }

    private static func softplus(_ x: Double) -> Double {
        let tail = log1p(exp(-x.magnitude))
        return x > 0 ? x + tail : tail
    }
}
