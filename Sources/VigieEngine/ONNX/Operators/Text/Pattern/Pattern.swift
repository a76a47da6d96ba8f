/// A regular expression, compiled to a table that is read once a byte: what RE2 would find with
/// `longest_match`, the first place with a match and there the longest one.
///
/// A state is the set of the automaton's nodes that wait for the next byte, with what the last byte
/// was; whether they may go on is decided when the next byte is seen, so that word boundaries cost
/// nothing. It is made at load: a pattern with too many states is refused.
final class Pattern: Sendable {
    /// For states before the first byte, after a byte that is no part of a word, and after one that is.
    private let starts: [Int32]
    /// By byte, and for the end of the text: the class of bytes that all states treat alike.
    private let classes: FlatArray<UInt8>
    private let classCount: Int
    /// By state and class: twice the next state, and 1 if what has been read so far matches. State 0
    /// waits for nothing.
    private let table: FlatArray<Int32>

    /// What stood before.
    enum Context: Int, Sendable {
        case start, other, word
    }

    init(_ pattern: String) throws(PatternError) {
        let program = try PatternProgram(try PatternParser.parse(pattern))
        let classes = Self.classes(program)
        var builder = Builder(program, classes)
        let starts = try [Context.start, .other, .word].map { (context) throws(PatternError) in
            try builder.state([program.start], context)
        }
        self.starts = starts
        try builder.fill()
        self.classes = FlatArray(classes.byByte)
        classCount = classes.count
        table = FlatArray(builder.table)
    }

    /// Bytes of the tables.
    var byteCount: Int { table.byteCount + classes.byteCount }

    private static func isWord(_ byte: UInt8) -> Bool {
        CodeSet.word.ranges.contains { $0 ~= UInt32(byte) }
    }

    /// Bytes that no node tells from each other; the last class is the end of the text.
    private static func classes(_ program: PatternProgram) -> Classes {
        var edges = [Bool](repeating: false, count: 257)
        for node in program.nodes {
            if case .byte(let range, _) = node {
                edges[Int(range.lowerBound)] = true
                edges[Int(range.upperBound) + 1] = true
            }
        }
        for range in CodeSet.word.ranges {
            edges[Int(range.lowerBound)] = true
            edges[Int(range.upperBound) + 1] = true
        }
        var result = Classes(byByte: [], first: [0])
        for byte in 0..<256 {
            if byte > 0, edges[byte] { result.first.append(UInt8(byte)) }
            result.byByte.append(UInt8(result.first.count - 1))
        }
        return result
    }

    fileprivate struct Classes {
        var byByte: [UInt8]
        /// The first byte of each class.
        var first: [UInt8]
        var count: Int { first.count + 1 }
    }
}

// Matching.
extension Pattern {
    /// Where the longest match that begins at `start` ends; nil if there is none.
    /// - Parameter read: is counted up by the bytes that were looked at.
    @inline(__always)
    func match(_ text: UnsafeRawBufferPointer, at start: Int, _ read: inout Int) -> Int? {
        let (table, classes) = (table.base, classes.base)
        var state = Int(starts[context(text, start).rawValue])
        var end: Int?
        var position = start
        while position < text.count {
            let entry = Int(table[state * classCount + Int(classes[Int(text[position])])])
            if entry & 1 != 0 { end = position }
            state = entry >> 1
            if state == 0 {
                read += position - start + 1
                return end
            }
            position += 1
        }
        if table[state * classCount + classCount - 1] & 1 != 0 { end = position }
        read += position - start + 1
        return end
    }

    /// Whether all of `text` matches.
    func matchesWhole(_ text: UnsafeRawBufferPointer) -> Bool {
        var state = Int(starts[Context.start.rawValue])
        for byte in text {
            state =
                Int(table.base[state * classCount + Int(classes.base[Int(byte)])]) >> 1
            if state == 0 { return false }
        }
        return table.base[state * classCount + classCount - 1] & 1 != 0
    }

    @inline(__always)
    private func context(_ text: UnsafeRawBufferPointer, _ position: Int) -> Context {
        if position == 0 { return .start }
        let byte = text[position - 1]
        let isWord =
            (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x5F
        return isWord ? .word : .other
    }
}

// States.
extension Pattern {
    private struct Builder {
        private let program: PatternProgram
        private let classes: Classes
        private var states: [Key: Int32] = [:]
        private var keys: [Key]
        var table: [Int32] = []

        struct Key: Hashable {
            let nodes: [Int]
            let context: Context
        }

        init(_ program: PatternProgram, _ classes: Classes) {
            self.program = program
            self.classes = classes
            // The state that waits for nothing.
            keys = [Key(nodes: [], context: .other)]
        }

        mutating func state(_ nodes: [Int], _ context: Context) throws(PatternError) -> Int32 {
            guard !nodes.isEmpty else { return 0 }
            let key = Key(nodes: nodes, context: context)
            if let known = states[key] { return known }
            guard keys.count < PatternLimits.statesMax else {
                throw PatternError("too large: more than \(PatternLimits.statesMax) states")
            }
            states[key] = Int32(keys.count)
            keys.append(key)
            return Int32(keys.count - 1)
        }

        mutating func fill() throws(PatternError) {
            table = Array(repeating: 0, count: classes.count)
            var number = 1
            while number < keys.count {
                let key = keys[number]
                for byte in classes.first {
                    let isWord = Pattern.isWord(byte)
                    let (nodes, matches) = open(key, nextIsWord: isWord, isEnd: false)
                    var next: Set<Int> = []
                    for case .byte(let range, let target) in nodes.map({ program.nodes[$0] })
                    where range.contains(byte) { next.insert(target) }
                    let target = try state(next.sorted(), isWord ? .word : .other)
                    table.append(target << 1 | (matches ? 1 : 0))
                }
                let (_, matches) = open(key, nextIsWord: false, isEnd: true)
                table.append(matches ? 1 : 0)
                number += 1
            }
        }

        /// The nodes that wait for a byte, once it is known what the next one is.
        private func open(
            _ key: Key, nextIsWord: Bool, isEnd: Bool
        ) -> (nodes: [Int], matches: Bool) {
            var seen: Set<Int> = []
            var waiting: [Int] = []
            var matches = false
            var open = key.nodes
            while let number = open.popLast() {
                guard seen.insert(number).inserted else { continue }
                switch program.nodes[number] {
                case .byte: waiting.append(number)
                case .split(let targets): open += targets
                case .match: matches = true
                case .assertion(let assertion, let next):
                    let isBoundary = (key.context == .word) != nextIsWord
                    let holds =
                        switch assertion {
                        case .start: key.context == .start
                        case .end: isEnd
                        case .wordBoundary: isBoundary
                        case .noWordBoundary: !isBoundary
                        }
                    if holds { open.append(next) }
                }
            }
            return (waiting, matches)
        }
    }
}
