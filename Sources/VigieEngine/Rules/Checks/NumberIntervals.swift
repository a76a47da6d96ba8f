/// Finds conjunctions that no number satisfies: `amount > 10 and amount < 5`.
enum NumberIntervals {
    private struct Interval {
        var low = -Double.infinity
        var high = Double.infinity
        var excludesLow = false
        var excludesHigh = false

        var isEmpty: Bool { low > high || low == high && (excludesLow || excludesHigh) }

        mutating func raise(_ bound: Double, excluded: Bool) {
            if bound > low {
                low = bound
                excludesLow = excluded
            } else if bound == low {
                excludesLow = excludesLow || excluded
            }
        }

        mutating func lower(_ bound: Double, excluded: Bool) {
            if bound < high {
                high = bound
                excludesHigh = excluded
            } else if bound == high {
                excludesHigh = excludesHigh || excluded
            }
        }
    }

    /// Whether parts joined by `and` ask of one register what no number is.
    static func contradict(_ condition: TypedNode) -> Bool {
        var intervals: [Int: Interval] = [:]
        collect(condition, &intervals)
        return intervals.values.contains(where: \.isEmpty)
    }

    private static func collect(_ node: TypedNode, _ intervals: inout [Int: Interval]) {
        switch node.kind {
        case .and(let left, let right):
            collect(left, &intervals)
            collect(right, &intervals)
        case .scalar2(let operation, let left, let right):
            let isStrict = operation == .less
            guard isStrict || operation == .lessOrEqual || operation == .equal else { return }
            if case .register(let register) = left.kind, let bound = ConstantFolding.scalar(right) {
                var interval = intervals[register] ?? Interval()
                interval.lower(bound, excluded: isStrict)
                if operation == .equal { interval.raise(bound, excluded: false) }
                intervals[register] = interval
            } else if case .register(let register) = right.kind,
                let bound = ConstantFolding.scalar(left)
            {
                var interval = intervals[register] ?? Interval()
                interval.raise(bound, excluded: isStrict)
                if operation == .equal { interval.lower(bound, excluded: false) }
                intervals[register] = interval
            }
        default: return
        }
    }
}
