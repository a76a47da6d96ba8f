/// Entries of a watchlist by their names' and identifiers' normal forms.
struct WatchlistIndex: Sendable {
    private let keys: TextIndex
    /// Where the entries of key i end in ``entries``; they begin where those of i-1 end.
    private let ends: [Int32]
    /// Places in the list, ascending a key.
    private let entries: [Int32]

    /// - Parameter pairs: keys in their normal form, and the place of the entry.
    init(_ pairs: [(key: [UInt8], entry: Int)]) throws(LoadError) {
        var bytes = 0
        for pair in pairs { bytes += pair.key.count }
        guard bytes <= WatchlistLimits.keyBytesMax, pairs.count < Int32.max else {
            throw LoadError(.limit, "more than \(WatchlistLimits.keyBytesMax) bytes of names")
        }
        var places: [[UInt8]: Int] = [:]
        var texts: [[UInt8]] = []
        var lists: [[Int32]] = []
        for pair in pairs {
            let entry = Int32(clamping: pair.entry)
            if let place = places[pair.key] {
                if lists[place].last != entry { lists[place].append(entry) }
            } else {
                places[pair.key] = texts.count
                texts.append(pair.key)
                lists.append([entry])
            }
        }
        keys = TextIndex(texts)
        var ends: [Int32] = []
        var entries: [Int32] = []
        for list in lists {
            entries += list
            ends.append(Int32(clamping: entries.count))
        }
        self.ends = ends
        self.entries = entries
    }

    var memoryBytes: Int { keys.memoryBytes + 4 * (ends.count + entries.count) }

    /// Calls `body` with each entry of a key.
    func forEach(_ key: [UInt8], _ body: (Int) -> Void) {
        guard !key.isEmpty, let place = keys.place(of: key.span) else { return }
        let start = place == 0 ? 0 : Int(ends[place - 1])
        for index in start..<Int(ends[place]) { body(Int(entries[index])) }
    }
}
