/// The words of n-grams in an operator's attributes.
enum NGramPool {
    case strings([String])
    case integers([Int64])

    var count: Int {
        switch self {
        case .strings(let words): words.count
        case .integers(let words): words.count
        }
    }
}

/// What counts become (ONNX, TfIdfVectorizer).
enum NGramMode: String {
    /// How often an n-gram is there.
    case frequency = "TF"
    /// An n-gram's weight if it is there.
    case weight = "IDF"
    /// Both multiplied.
    case product = "TFIDF"
}

/// The n-grams that a text is searched for: a tree whose edges are words, in flat hash tables.
final class NGramTable: Sendable {
    /// Words that may be left out between those of an n-gram.
    static let skipsMax = 100

    /// All words of all n-grams.
    let words: KeyTable
    let isText: Bool
    /// Columns of the result.
    let columnCount: Int
    /// By node, the column of the n-gram that ends there; -1 if none does.
    let columns: FlatArray<Int32>
    /// By column.
    let weights: FlatArray<Float>
    /// By word, the node of n-grams that begin with it; -1 if none does.
    let roots: FlatArray<Int32>
    /// Open hash table from a node and a word to the next node: keys, 0 for a free place.
    private let edgeKeys: FlatArray<UInt64>
    private let edgeNodes: FlatArray<Int32>

    init(
        _ node: NodeBuilder, _ pool: NGramPool, counts: [Int], columns: [Int], weights: [Float]?
    ) throws(LoadError) {
        guard weights.map({ $0.count == columns.count }) ?? true else {
            throw node.corrupt("ngram_indexes and weights differ in number")
        }
        let (words, numbers) = Self.words(pool)
        let grams = try Self.grams(node, numbers, counts)
        guard grams.count == columns.count else {
            throw node.corrupt("\(columns.count) ngram_indexes for \(grams.count) n-grams")
        }
        guard columns.allSatisfy({ $0 >= 0 && $0 < ONNXLimits.vocabularyMax }) else {
            throw node.corrupt("a column of an n-gram is out of range")
        }
        columnCount = (columns.max() ?? -1) + 1
        var byColumn = [Float](repeating: 1, count: columnCount)
        var tree = Tree(roots: Array(repeating: -1, count: words.count))
        var used = [Bool](repeating: false, count: columnCount)
        for (number, gram) in grams.enumerated() {
            let column = columns[number]
            guard !used[column] else {
                throw node.unsupported("two n-grams of column \(column)")
            }
            used[column] = true
            if let weights { byColumn[column] = weights[number] }
            guard tree.add(gram, column) else { throw node.corrupt("an n-gram is there twice") }
        }
        self.words = words
        isText = words.isText
        self.weights = FlatArray(byColumn)
        self.columns = FlatArray(tree.columns)
        roots = FlatArray(tree.roots)
        (edgeKeys, edgeNodes) = tree.table
    }

    var byteCount: Int {
        columns.byteCount + weights.byteCount + roots.byteCount + edgeKeys.byteCount
            + edgeNodes.byteCount + words.byteCount
    }

    /// The node after `node` by `word`; nil if no n-gram goes on so.
    @inline(__always)
    func next(_ node: Int, _ word: Int) -> Int? {
        let key = Self.key(node, word)
        let mask = edgeKeys.count - 1
        var place = Self.place(key, mask)
        while edgeKeys.base[place] != 0 {
            if edgeKeys.base[place] == key { return Int(edgeNodes.base[place]) }
            place = (place + 1) & mask
        }
        return nil
    }

    fileprivate static func key(_ node: Int, _ word: Int) -> UInt64 {
        UInt64(truncatingIfNeeded: node) << 32 | UInt64(truncatingIfNeeded: word) | 1 << 63
    }

    /// Fibonacci hashing. The keys are the model's own, at most as many as its n-grams have words.
    fileprivate static func place(_ key: UInt64, _ mask: Int) -> Int {
        let mixed = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 20) & mask
    }
}

// At load.
extension NGramTable {
    /// The distinct words, and the pool as their numbers.
    private static func words(_ pool: NGramPool) -> (KeyTable, [Int]) {
        func distinct<Word: Hashable>(_ pool: [Word]) -> ([Word], [Int]) {
            var numbers: [Word: Int] = [:]
            var words: [Word] = []
            let pooled = pool.map { word in
                if let number = numbers[word] { return number }
                numbers[word] = words.count
                words.append(word)
                return words.count - 1
            }
            return (words, pooled)
        }
        switch pool {
        case .strings(let pool):
            // Words are bytes here: Swift's strings are equal when they look alike.
            let (words, numbers) = distinct(pool.map { Array($0.utf8) })
            return (KeyTable(bytes: words), numbers)
        case .integers(let pool):
            let (words, numbers) = distinct(pool)
            return (KeyTable(integers: words), numbers)
        }
    }

    /// The pool's words by n-gram: first all of one word, then all of two.
    private static func grams(
        _ node: NodeBuilder, _ pool: [Int], _ counts: [Int]
    ) throws(LoadError) -> [ArraySlice<Int>] {
        guard counts.count <= 64 else { throw node.unsupported("\(counts.count) lengths") }
        var grams: [ArraySlice<Int>] = []
        for (index, start) in counts.enumerated() {
            let end = index + 1 < counts.count ? counts[index + 1] : pool.count
            let length = index + 1
            guard start >= 0, start <= end, end <= pool.count, (end - start) % length == 0 else {
                throw node.corrupt("ngram_counts do not fit a pool of \(pool.count) words")
            }
            for first in stride(from: start, to: end, by: length) {
                grams.append(pool[first..<(first + length)])
            }
        }
        guard !grams.isEmpty else { throw node.corrupt("it has no n-grams") }
        return grams
    }

    private struct Tree {
        var roots: [Int32]
        var columns: [Int32] = []
        var edges: [UInt64: Int32] = [:]

        init(roots: [Int32]) { self.roots = roots }

        /// False when the n-gram is there already.
        mutating func add(_ gram: ArraySlice<Int>, _ column: Int) -> Bool {
            var node: Int32 = -1
            for word in gram {
                let key = NGramTable.key(Int(node), word)
                let known = node < 0 ? roots[word] : edges[key] ?? -1
                if known >= 0 {
                    node = known
                    continue
                }
                let new = Int32(columns.count)
                columns.append(-1)
                if node < 0 { roots[word] = new } else { edges[key] = new }
                node = new
            }
            guard columns[Int(node)] < 0 else { return false }
            columns[Int(node)] = Int32(column)
            return true
        }

        var table: (FlatArray<UInt64>, FlatArray<Int32>) {
            var size = 4
            while size < edges.count * 2 { size *= 2 }
            var keys = [UInt64](repeating: 0, count: size)
            var nodes = [Int32](repeating: 0, count: size)
            for (key, node) in edges.sorted(by: { $0.value < $1.value }) {
                var place = NGramTable.place(key, size - 1)
                while keys[place] != 0 { place = (place + 1) & (size - 1) }
                keys[place] = key
                nodes[place] = node
            }
            return (FlatArray(keys), FlatArray(nodes))
        }
    }
}
