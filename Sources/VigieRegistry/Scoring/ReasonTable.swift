import VigieEngine

/// The reasons of a model, one for each code, and which features speak for each: made once a
/// version, so that ranking allocates nothing.
package struct ReasonTable: Sendable, Equatable {
    /// Reasons given at most: Regulation B's official interpretation of 12 CFR 1002.9(b)(2) holds
    /// that more than four are not likely to help an applicant.
    package static let countMax = 4

    /// By reason: what to tell. In the order in which the signature first has them.
    package let reasons: [ReasonText]
    /// By feature of the signature: the index of its reason.
    package let reasonOfFeature: [Int32]

    /// A feature without an entry in `reasons` gets its own name as code and text. Features with
    /// the same code are one reason, worth what they contribute together.
    package init(signature: Signature, reasons: [String: ReasonText]) {
        var table: [ReasonText] = []
        var indexOfCode: [String: Int32] = [:]
        var ofFeature: [Int32] = []
        for feature in signature.features {
            let reason = reasons[feature.name] ?? ReasonText(code: feature.name, text: feature.name)
            if let known = indexOfCode[reason.code] {
                ofFeature.append(known)
            } else {
                indexOfCode[reason.code] = Int32(table.count)
                ofFeature.append(Int32(table.count))
                table.append(reason)
            }
        }
        self.reasons = table
        self.reasonOfFeature = ofFeature
    }

    /// The reasons that raised the log-odds of default, the heaviest first, at most ``countMax``;
    /// equals stay in the signature's order. A reason's contribution is the sum over its features
    /// and its feature the one that contributed most.
    ///
    /// Costs nothing on the heap as long as `scratch`, which the caller keeps between calls, has
    /// grown to the number of reasons.
    /// - Parameter contributions: one a feature of the signature, in log-odds of default.
    package func rank(_ contributions: [Double], scratch: inout ReasonScratch) -> RankedReasons {
        precondition(contributions.count == reasonOfFeature.count, "one contribution a feature")
        scratch.clear(reasons: reasons.count)
        for feature in contributions.indices {
            scratch.add(contributions[feature], feature: feature, to: Int(reasonOfFeature[feature]))
        }
        var ranked = RankedReasons()
        for reason in reasons.indices {
            ranked.insert(
                RankedReason(
                    reason: reason, feature: scratch.leader[reason],
                    contribution: scratch.total[reason]))
        }
        return ranked
    }
}

/// Memory for ``ReasonTable/rank(_:scratch:)``, one a thread.
package struct ReasonScratch {
    fileprivate var total: [Double] = []
    fileprivate var leader: [Int] = []
    private var most: [Double] = []

    package init() {}

    fileprivate mutating func clear(reasons: Int) {
        total.removeAll(keepingCapacity: true)
        leader.removeAll(keepingCapacity: true)
        most.removeAll(keepingCapacity: true)
        for _ in 0..<reasons {
            total.append(0)
            leader.append(0)
            most.append(-.infinity)
        }
    }

    fileprivate mutating func add(_ contribution: Double, feature: Int, to reason: Int) {
        total[reason] += contribution
        if contribution > most[reason] {
            most[reason] = contribution
            leader[reason] = feature
        }
    }
}

/// One reason of a ranking.
package struct RankedReason: Sendable, Equatable, BitwiseCopyable {
    /// Index in ``ReasonTable/reasons``.
    package var reason: Int
    /// Index in the signature of the feature that contributed most.
    package var feature: Int
    /// What the reason's features added to the log-odds of default together: above 0.
    package var contribution: Double

    package init(reason: Int, feature: Int, contribution: Double) {
        self.reason = reason
        self.feature = feature
        self.contribution = contribution
    }
}

/// At most four reasons, the heaviest first, held in place.
package struct RankedReasons: Sendable, BitwiseCopyable {
    private var items = InlineArray<4, RankedReason>(
        repeating: RankedReason(reason: 0, feature: 0, contribution: 0))
    /// How many there are: 0 … 4.
    package private(set) var count = 0

    package init() {}

    /// Reason `index`, 0 … count-1.
    package subscript(index: Int) -> RankedReason {
        precondition(index >= 0 && index < count, "no such reason")
        return items[index]
    }

    /// Takes in a reason if it is above 0 and among the heaviest; after its equals, so that a
    /// ranking is the same each time.
    mutating func insert(_ item: RankedReason) {
        guard item.contribution > 0 else { return }
        var place = count
        while place > 0, items[place - 1].contribution < item.contribution { place -= 1 }
        guard place < ReasonTable.countMax else { return }
        count = min(count + 1, ReasonTable.countMax)
        var moving = count - 1
        while moving > place {
            items[moving] = items[moving - 1]
            moving -= 1
        }
        items[place] = item
    }
}
