/// Says which request each arrival is: by the script of a replay, or by the mix's order and in turn.
package struct RequestChooser: Sendable {
    private let script: [Script.Step]?
    private let order: MixOrder
    private let counts: [Int]
    /// Next request of each part.
    private var turns: [Int]

    /// - Parameter worker: the workers begin at different requests of a part.
    package init(_ plan: LoadPlan, worker: Int = 0) {
        script = plan.script
        order = plan.order
        counts = plan.targets.map(\.requests.count)
        turns = counts.map { $0 * worker / max(plan.workers, 1) }
    }

    @inline(__always)
    package mutating func choose(_ arrival: Int) -> (target: Int, request: Int) {
        if let script { return (Int(script[arrival].target), Int(script[arrival].request)) }
        let target = order.part(arrival)
        let turn = turns[target]
        turns[target] = turn + 1 < counts[target] ? turn + 1 : 0
        return (target, turn)
    }
}
