/// A pattern as an automaton over bytes of UTF-8 that may be in several nodes at once (Thompson 1968).
struct PatternProgram {
    enum Node {
        case byte(ClosedRange<UInt8>, next: Int)
        case split([Int])
        case assertion(PatternNode.Assertion, next: Int)
        case match
    }

    private(set) var nodes: [Node] = [.match]
    /// Where it begins.
    private(set) var start = 0

    init(_ pattern: PatternNode) throws(PatternError) {
        start = try add(pattern, then: 0)
    }

    private mutating func append(_ node: Node) throws(PatternError) -> Int {
        guard nodes.count < PatternLimits.nodesMax else {
            throw PatternError("too large: more than \(PatternLimits.nodesMax) nodes")
        }
        nodes.append(node)
        return nodes.count - 1
    }

    /// The node that begins `pattern` and goes on with node `next`.
    private mutating func add(
        _ pattern: PatternNode, then next: Int
    ) throws(PatternError) -> Int {
        switch pattern {
        case .nothing: return next
        case .set(let set):
            var starts: [Int] = []
            for encoding in set.encodings {
                var node = next
                for range in encoding.reversed() { node = try append(.byte(range, next: node)) }
                starts.append(node)
            }
            return starts.count == 1 ? starts[0] : try append(.split(starts))
        case .assertion(let assertion): return try append(.assertion(assertion, next: next))
        case .sequence(let items):
            var node = next
            for item in items.reversed() { node = try add(item, then: node) }
            return node
        case .choice(let choices):
            var starts: [Int] = []
            for choice in choices { starts.append(try add(choice, then: next)) }
            return try append(.split(starts))
        case .repetition(let item, let least, let most):
            return try add(item, least, most, then: next)
        }
    }

    private mutating func add(
        _ item: PatternNode, _ least: Int, _ most: Int?, then next: Int
    ) throws(PatternError) -> Int {
        var node = next
        if let most {
            for _ in least..<max(most, least) {
                node = try append(.split([try add(item, then: node), next]))
            }
        } else {
            let loop = try append(.split([]))
            nodes[loop] = .split([try add(item, then: loop), next])
            node = loop
        }
        for _ in 0..<least { node = try add(item, then: node) }
        return node
    }
}
