/// One part of the load: what is asked, and how often beside the other parts.
///
/// As text: `METHOD[:MODEL[@VERSION]][=WEIGHT]`, for example `infer:fraud@2=30` or `ping=5`.
package struct MixEntry: Sendable, Equatable {
    package var method: LoadMethod
    /// Empty for methods that ask no model.
    package var model = ""
    /// Empty to let the server choose.
    package var version = ""
    /// Requests for every sum of all weights; over 0.
    package var weight = 1.0

    package init(method: LoadMethod, model: String = "", version: String = "", weight: Double = 1) {
        self.method = method
        self.model = model
        self.version = version
        self.weight = weight
    }

    package init(_ text: String) throws(LoadError) {
        var rest = text[...]
        if let equals = rest.lastIndex(of: "=") {
            let number = rest[rest.index(after: equals)...]
            guard let weight = Double(number), weight > 0, weight.isFinite else {
                throw LoadError("mix '\(text)': the weight '\(number)' is no number over 0")
            }
            self.weight = weight
            rest = rest[..<equals]
        }
        if let colon = rest.firstIndex(of: ":") {
            let name = rest[rest.index(after: colon)...]
            rest = rest[..<colon]
            if let at = name.lastIndex(of: "@") {
                model = String(name[..<at])
                version = String(name[name.index(after: at)...])
            } else {
                model = String(name)
            }
        }
        guard let method = LoadMethod(name: String(rest)) else {
            let known = LoadMethod.allCases.map(\.rawValue).joined(separator: ", ")
            throw LoadError("mix '\(text)': '\(rest)' is no method; known are \(known)")
        }
        self.method = method
        if method.needsModel, model.isEmpty {
            throw LoadError("mix '\(text)': \(method.name) needs a model: \(rest):MODEL")
        }
        if !method.needsModel, !model.isEmpty {
            throw LoadError("mix '\(text)': \(method.name) asks no model")
        }
    }
}

/// Which part of a mix each request belongs to: exactly by weight in every round, in an order that a
/// seed has shuffled.
package struct MixOrder: Sendable {
    /// Requests of one round.
    package static let roundLength = 4096
    private let parts: [UInt16]

    package init(weights: [Double], seed: UInt64) {
        guard weights.count > 1 else {
            parts = [0]
            return
        }
        // Smooth weighted round robin: each part comes as evenly as its weight allows.
        let total = weights.reduce(0, +)
        var credit = [Double](repeating: 0, count: weights.count)
        var order: [UInt16] = []
        for _ in 0..<Self.roundLength {
            for part in credit.indices { credit[part] += weights[part] }
            var best = 0
            for part in credit.indices where credit[part] > credit[best] { best = part }
            credit[best] -= total
            order.append(UInt16(best))
        }
        var generator = SeededGenerator(seed: seed)
        order.shuffle(using: &generator)
        parts = order
    }

    /// The part that the `index`-th request of the run belongs to.
    @inline(__always)
    package func part(_ index: Int) -> Int { Int(parts[index % parts.count]) }
}
