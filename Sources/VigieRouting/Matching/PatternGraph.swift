/// A pattern as a nondeterministic automaton (Thompson 1968): states that a byte leads on from, and
/// states that fork without one.
struct PatternGraph {
    /// A pattern of our longest text, with every quantifier unrolled, may have so many.
    static let statesMax = 20_000

    enum State: Equatable {
        case byte(ByteSet, next: Int)
        case fork(Int, Int)
        case accept
    }

    private(set) var states: [State] = [.accept]
    private(set) var start = 0

    init(_ syntax: PatternSyntax) throws(PatternError) {
        start = try add(syntax, then: 0)
    }

    private mutating func append(_ state: State) throws(PatternError) -> Int {
        guard states.count < Self.statesMax else {
            throw PatternError(nil, "is too long with its repetitions written out")
        }
        states.append(state)
        return states.count - 1
    }

    /// Adds what matches `syntax` and goes on with `next`.
    private mutating func add(
        _ syntax: PatternSyntax, then next: Int
    ) throws(PatternError) -> Int {
        switch syntax {
        case .empty: return next
        case .bytes(let set): return try append(.byte(set, next: next))
        case .sequence(let parts):
            var next = next
            for part in parts.reversed() { next = try add(part, then: next) }
            return next
        case .choice(let branches):
            var entry: Int?
            for branch in branches.reversed() {
                let begin = try add(branch, then: next)
                if let other = entry {
                    entry = try append(.fork(begin, other))
                } else {
                    entry = begin
                }
            }
            return entry ?? next
        case .repeated(let part, let minimum, let maximum):
            var next = next
            if let maximum {
                let end = next
                for _ in 0..<maximum - minimum {
                    let begin = try add(part, then: next)
                    // What matches nothing but the empty value does so once and for all.
                    if begin == next { break }
                    next = try append(.fork(begin, end))
                }
            } else {
                let loop = try append(.fork(next, next))
                let begin = try add(part, then: loop)
                states[loop] = .fork(begin, next)
                next = loop
            }
            for _ in 0..<minimum {
                let begin = try add(part, then: next)
                if begin == next { break }
                next = begin
            }
            return next
        }
    }
}
