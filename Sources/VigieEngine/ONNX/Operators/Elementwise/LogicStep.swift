/// Two tensors of truth values, broadcast.
final class LogicStep: PairStep {
    enum Kind { case and, or, xor }

    let kind: Kind

    init(_ place: String, _ kind: Kind, _ a: Int, _ b: Int, _ output: Int) {
        self.kind = kind
        super.init(place, a, b, output)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (walk, left, right, out) = try broadcast(values)
        left.withElements(of: UInt8.self) { left in
            right.withElements(of: UInt8.self) { right in
                out.withElements(of: UInt8.self) { out in
                    switch kind {
                    case .and: walk.map(left, right, out) { $0 & $1 }
                    case .or: walk.map(left, right, out) { $0 | $1 }
                    case .xor: walk.map(left, right, out) { $0 ^ $1 }
                    }
                }
            }
        }
    }
}
