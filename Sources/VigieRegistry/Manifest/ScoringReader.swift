import VigieEngine

/// A manifest's `calibration`, `scorecard`, `decision` and `reasons`.
enum ScoringReader {
    private enum Method: String, CaseIterable { case none, platt, isotonic }

    static func readCalibration(_ node: ManifestNode) throws(ManifestError) -> Calibration {
        switch try node.required("method").choice(Method.self) {
        case .none: return .none
        case .platt:
            return .platt(
                slope: try node.required("slope").number(),
                intercept: try node.required("intercept").number())
        case .isotonic: return .isotonic(try readIsotonic(node))
        }
    }

    private static func readIsotonic(_ node: ManifestNode) throws(ManifestError) -> IsotonicMap {
        let xNode = try node.required("x")
        let yNode = try node.required("y")
        let x = try xNode.numbers(max: ManifestLimits.knotsMax)
        let y = try yNode.numbers(max: ManifestLimits.knotsMax)
        guard !x.isEmpty else { throw xNode.error("must not be empty") }
        guard x.count == y.count else {
            throw yNode.error("must have as many elements as x: \(x.count), not \(y.count)")
        }
        for (node, values) in [(xNode, x), (yNode, y)] {
            guard values.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
                throw node.error("must hold probabilities from 0 to 1")
            }
            for index in 1..<values.count where values[index] < values[index - 1] {
                throw node.error("must not descend, as it does at element \(index)")
            }
        }
        guard let map = IsotonicMap(x: x, y: y) else { throw node.error("is no isotonic map") }
        return map
    }

    static func readScale(_ node: ManifestNode) throws(ManifestError) -> ScorecardScale {
        let points = try node.required("points").number()
        let odds = try readPositive(node.required("odds"))
        let pdo = try readPositive(node.required("pdo"))
        let minimum = try node.optional("min")
        let low = try minimum?.number()
        let high = try node.optional("max")?.number()
        if let low, let high, low > high, let minimum {
            throw minimum.error("must be at most max, which is \(JSONWriter.number(high))")
        }
        guard
            let scale = ScorecardScale(
                points: points, odds: odds, pdo: pdo, minimum: low, maximum: high)
        else { throw node.error("is no scale") }
        return scale
    }

    private static func readPositive(_ node: ManifestNode) throws(ManifestError) -> Double {
        let number = try node.number()
        guard number > 0 else { throw node.error("must be above 0") }
        return number
    }

    static func readDecision(_ node: ManifestNode) throws(ManifestError) -> DecisionThresholds {
        let approveNode = try node.required("approveBelow")
        let declineNode = try node.required("declineFrom")
        let approve = try approveNode.number()
        let decline = try declineNode.number()
        for (node, value) in [(approveNode, approve), (declineNode, decline)] {
            guard value >= 0 && value <= 1 else { throw node.error("must be from 0 to 1") }
        }
        guard
            let thresholds = DecisionThresholds(approveBelow: approve, declineFrom: decline)
        else {
            throw approveNode.error(
                "must be at most declineFrom, which is \(JSONWriter.number(decline))")
        }
        return thresholds
    }

    static func readReasons(_ node: ManifestNode) throws(ManifestError) -> [String: ReasonText] {
        var reasons: [String: ReasonText] = [:]
        for (feature, node) in try node.members(max: ManifestLimits.featuresMax) {
            let code = try node.required("code").name()
            let text = try node.optional("text")?.text() ?? code
            reasons[feature] = ReasonText(code: code, text: text)
        }
        return reasons
    }
}
