import Glibc

/// Circular and hyperbolic functions and their inverses, element by element, by the C library.
final class CurveStep: Step {
    enum Kind {
        case sine, cosine, tangent, arcSine, arcCosine, arcTangent
        case hyperbolicSine, hyperbolicCosine, areaSine, areaCosine, areaTangent

        /// The function of a number. FP32 is computed in FP64 and rounded once.
        func value(_ x: Double) -> Double {
            switch self {
            case .sine: sin(x)
            case .cosine: cos(x)
            case .tangent: tan(x)
            case .arcSine: asin(x)
            case .arcCosine: acos(x)
            case .arcTangent: atan(x)
            case .hyperbolicSine: sinh(x)
            case .hyperbolicCosine: cosh(x)
            case .areaSine: asinh(x)
            case .areaCosine: acosh(x)
            case .areaTangent: atanh(x)
            }
        }
    }

    let kind: Kind
    let type: ElementType
    let input: Int
    let output: Int

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ input: Int, _ output: Int
    ) {
        self.kind = kind
        self.type = type
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        if type == .float32 {
            source.withElements(of: Float.self) { source in
                out.withElements(of: Float.self) { out in
                    for index in source.indices {
                        out[index] = Float(kind.value(Double(source[index])))
                    }
                }
            }
        } else {
            source.withElements(of: Double.self) { source in
                out.withElements(of: Double.self) { out in
                    for index in source.indices { out[index] = kind.value(source[index]) }
                }
            }
        }
    }
}

extension OperatorTable {
    static let curves: [String: Builder] = [
        "Sin": { (node) throws(LoadError) in try curve(node, .sine) },
        "Cos": { (node) throws(LoadError) in try curve(node, .cosine) },
        "Tan": { (node) throws(LoadError) in try curve(node, .tangent) },
        "Asin": { (node) throws(LoadError) in try curve(node, .arcSine) },
        "Acos": { (node) throws(LoadError) in try curve(node, .arcCosine) },
        "Atan": { (node) throws(LoadError) in try curve(node, .arcTangent) },
        "Sinh": { (node) throws(LoadError) in try curve(node, .hyperbolicSine) },
        "Cosh": { (node) throws(LoadError) in try curve(node, .hyperbolicCosine) },
        "Asinh": { (node) throws(LoadError) in try curve(node, .areaSine) },
        "Acosh": { (node) throws(LoadError) in try curve(node, .areaCosine) },
        "Atanh": { (node) throws(LoadError) in try curve(node, .areaTangent) },
    ]

    private static func curve(
        _ node: NodeBuilder, _ kind: CurveStep.Kind
    ) throws(LoadError) {
        let input = try node.input(0, .floats)
        let output = try node.output(0, node.type(input))
        let step = CurveStep(node.place, kind, node.type(input), input, output)
        node.add(step, [input], [output])
    }
}
