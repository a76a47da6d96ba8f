/// A pattern as a table: one look-up a byte, whatever the pattern and the value are. Made when a plan
/// is compiled; a pattern whose table would be too large is refused there.
struct Automaton: Equatable {
    /// States of one pattern's table: far more than patterns for header values need, and a few
    /// milliseconds to make.
    static let statesMax = 1024
    /// Steps that making a table may take, so that a hostile pattern costs no more than some 50 ms.
    static let workMax = 4_000_000

    /// Where nothing can match any more.
    static let dead: UInt16 = 0

    /// By byte: its class. Bytes of a class are never told apart.
    private(set) var classes: [UInt8]
    private(set) var classCount: Int
    /// By state, then by class: the next state.
    private(set) var next: [UInt16]
    private(set) var start: UInt16
    /// States from this one on have matched if the value ends there.
    private(set) var firstAccepting: UInt16

    init(_ pattern: String) throws(PatternError) {
        let graph = try PatternGraph(PatternReader.read(pattern))
        let (classes, samples) = Self.classify(graph)
        self.classes = classes
        classCount = samples.count
        (next, start, firstAccepting) = try Self.determinize(graph, samples)
    }

    /// Groups bytes that no set of the graph tells apart.
    private static func classify(_ graph: PatternGraph) -> (classes: [UInt8], samples: [UInt8]) {
        var sets: Set<ByteSet> = []
        for case .byte(let set, _) in graph.states { sets.insert(set) }
        let all = Array(sets)
        var known: [[Bool]: UInt8] = [:]
        var classes = [UInt8](repeating: 0, count: 256)
        var samples: [UInt8] = []
        for byte in UInt8.min...UInt8.max {
            let membership = all.map { $0.contains(byte) }
            if let one = known[membership] {
                classes[Int(byte)] = one
            } else {
                // 256 bytes have at most 256 classes.
                let one = UInt8(samples.count)
                known[membership] = one
                classes[Int(byte)] = one
                samples.append(byte)
            }
        }
        return (classes, samples)
    }

    /// The subset construction (Rabin and Scott 1959), then states in order: dead, others, accepting.
    private static func determinize(
        _ graph: PatternGraph, _ samples: [UInt8]
    ) throws(PatternError) -> (next: [UInt16], start: UInt16, firstAccepting: UInt16) {
        var closure = Closure(graph)
        let first = closure.of([graph.start])
        var numbers: [[Int32]: Int] = [[]: 0, first: 1]
        var subsets: [[Int32]] = [[], first]
        var rows: [[Int]] = []
        var index = 0
        while index < subsets.count {
            var row: [Int] = []
            for sample in samples {
                var targets: [Int] = []
                for state in subsets[index] {
                    if case .byte(let set, let next) = graph.states[Int(state)],
                        set.contains(sample)
                    {
                        targets.append(next)
                    }
                }
                let subset = closure.of(targets)
                guard closure.work < workMax else {
                    throw PatternError(
                        nil, "is too intricate: its table would take too long to make")
                }
                if let number = numbers[subset] {
                    row.append(number)
                } else {
                    guard subsets.count < statesMax else {
                        throw PatternError(
                            nil, "is too intricate: its table would have over \(statesMax) states")
                    }
                    numbers[subset] = subsets.count
                    row.append(subsets.count)
                    subsets.append(subset)
                }
            }
            rows.append(row)
            index += 1
        }
        return arrange(subsets, rows)
    }

    private static func arrange(
        _ subsets: [[Int32]], _ rows: [[Int]]
    ) -> (next: [UInt16], start: UInt16, firstAccepting: UInt16) {
        // State 0 of the graph is the one that accepts, and subsets are sorted.
        let accepts = subsets.map { $0.first == 0 }
        let order =
            subsets.indices.filter { !accepts[$0] } + subsets.indices.filter { accepts[$0] }
        var place = [UInt16](repeating: 0, count: order.count)
        for (new, old) in order.enumerated() { place[old] = UInt16(new) }
        let next = order.flatMap { old in rows[old].map { place[$0] } }
        return (next, place[1], UInt16(order.count - accepts.count { $0 }))
    }

    /// Whether the whole of `bytes` matches; for tests, and for those who are in no hurry.
    func matches(_ bytes: [UInt8]) -> Bool {
        var state = start
        for byte in bytes { state = next[Int(state) * classCount + Int(classes[Int(byte)])] }
        return state >= firstAccepting
    }
}

/// Which states are reached from others without a byte.
private struct Closure {
    private let graph: PatternGraph
    private var seen: [UInt32]
    private var round: UInt32 = 0
    /// States looked at so far.
    private(set) var work = 0

    init(_ graph: PatternGraph) {
        self.graph = graph
        seen = [UInt32](repeating: 0, count: graph.states.count)
    }

    /// Ascending, without forks.
    mutating func of(_ states: [Int]) -> [Int32] {
        round += 1
        var found: [Int32] = []
        var open = states
        while let state = open.popLast() {
            guard seen[state] != round else { continue }
            seen[state] = round
            work += 1
            switch graph.states[state] {
            case .fork(let left, let right):
                open.append(left)
                open.append(right)
            case .byte, .accept: found.append(Int32(state))
            }
        }
        found.sort()
        return found
    }
}
