import VigieRollouts

/// Conditions on metadata, laid out flat: what a request is compared with lies in three arrays, whatever
/// the conditions are, so that looking at them counts no references.
struct MatchProgram {
    /// One condition.
    struct Condition: BitwiseCopyable {
        /// Of ``RouteFacts``.
        let key: Int
        let kind: Kind
        /// Where its text, or its automaton, begins.
        let start: Int
        /// Bytes of its text.
        let count: Int
    }

    enum Kind: UInt8, BitwiseCopyable { case exact, prefix, pattern }

    /// A pattern's table in ``transitions`` and ``classes``.
    private struct Table: BitwiseCopyable {
        let transitions: Int
        let classes: Int
        let classCount: Int
        let start: UInt16
        let firstAccepting: UInt16
    }

    private var texts: [UInt8] = []
    private var transitions: [UInt16] = []
    private var classes: [UInt8] = []
    private var tables: [Table] = []
    /// The metadata keys that are looked at, in lower case.
    private(set) var keys: [[UInt8]] = []

    /// The number of a metadata key.
    mutating func key(_ name: String) -> Int {
        let bytes = Array(name.lowercased().utf8)
        if let known = keys.firstIndex(of: bytes) { return known }
        keys.append(bytes)
        return keys.count - 1
    }

    mutating func add(_ match: MetadataMatch) throws(PatternError) -> Condition {
        let key = key(match.key)
        switch match.test {
        case .exact(let text): return literal(key, .exact, text)
        case .prefix(let text): return literal(key, .prefix, text)
        case .regex(let pattern):
            let automaton = try Automaton(pattern)
            tables.append(
                Table(
                    transitions: transitions.count, classes: classes.count,
                    classCount: automaton.classCount, start: automaton.start,
                    firstAccepting: automaton.firstAccepting))
            transitions += automaton.next
            classes += automaton.classes
            return Condition(key: key, kind: .pattern, start: tables.count - 1, count: 0)
        }
    }

    private mutating func literal(_ key: Int, _ kind: Kind, _ text: String) -> Condition {
        let start = texts.count
        texts += text.utf8
        return Condition(key: key, kind: kind, start: start, count: texts.count - start)
    }

    /// Whether a condition holds. A key that the request has not holds for nothing.
    func holds(_ condition: Condition, _ facts: RouteFacts) -> Bool {
        let value = facts.places[condition.key]
        guard value.start >= 0 else { return false }
        switch condition.kind {
        case .exact:
            return value.count == condition.count && begins(facts, value.start, condition)
        case .prefix:
            return value.count >= condition.count && begins(facts, value.start, condition)
        case .pattern: return matches(facts, value, tables[condition.start])
        }
    }

    /// The value has as many bytes at least.
    private func begins(_ facts: RouteFacts, _ start: Int, _ condition: Condition) -> Bool {
        for index in 0..<condition.count
        where facts.bytes[start + index] != texts[condition.start + index] { return false }
        return true
    }

    private func matches(_ facts: RouteFacts, _ value: RouteFacts.Place, _ table: Table) -> Bool {
        var state = table.start
        for index in value.start..<value.start + value.count {
            let byteClass = Int(classes[table.classes + Int(facts.bytes[index])])
            state = transitions[table.transitions + Int(state) * table.classCount + byteClass]
            if state == Automaton.dead { return false }
        }
        return state >= table.firstAccepting
    }
}
