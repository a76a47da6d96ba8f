import VigieRollouts

/// Shares and steps as people type them.
package enum TypedShare {
    /// Basis points of "5%", "0.25 %" or "500".
    /// - Returns: nil for what is none, is finer than a basis point, or out of 0 … 10,000.
    package static func basisPoints(_ text: String) -> Int? {
        let text = text.filter { !$0.isWhitespace }
        let points: Double
        if text.hasSuffix("%") {
            guard let percent = percent(text) else { return nil }
            points = (percent * 100 * 1e6).rounded() / 1e6
        } else {
            guard let number = Int(text) else { return nil }
            points = Double(number)
        }
        guard points >= 0, points <= Double(RoutingSpec.weightMax) else { return nil }
        return Int(exactly: points)
    }

    /// "50", "50%".
    package static func percent(_ text: String) -> Double? {
        let text = text.filter { !$0.isWhitespace }
        let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
        guard digits.allSatisfy({ ("0"..."9").contains($0) || $0 == "." }),
            let value = Double(digits),
            (0...100).contains(value)
        else { return nil }
        return value
    }

    package static let rule =
        "a share such as 5% or 0.25%, or basis points from 0 to 10000 such as 500"
}

extension StepSpec {
    /// Steps as on a command line: "shadow:10m,1%:10m,1000:indefinite,50%".
    package static func list(typed text: String, minimumRequests: Int = 0) -> [StepSpec]? {
        var steps: [StepSpec] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: ":", omittingEmptySubsequences: false).map {
                $0.filter { !$0.isWhitespace }
            }
            guard let first = halves.first, halves.count <= 2 else { return nil }
            var step = StepSpec(minimumRequests: minimumRequests)
            if first == "shadow" {
                step.traffic = .shadow(percent: 100)
            } else {
                guard let weight = TypedShare.basisPoints(first) else { return nil }
                step.traffic = .weight(weight)
            }
            if halves.count == 2 {
                if halves[1] == "indefinite" {
                    step.pause = .indefinite
                } else {
                    guard let pause = DurationText.parse(halves[1]) else { return nil }
                    step.pause = .duration(pause)
                }
            }
            steps.append(step)
        }
        return steps
    }

    package static let typedRule =
        "steps such as shadow:10m,1%:10m,10%:indefinite,50%: a share, and a pause behind it"
}
