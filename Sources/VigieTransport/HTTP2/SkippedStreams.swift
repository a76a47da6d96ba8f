/// Remembers which stream ids a peer jumped over, because using one of those later is a connection
/// error (RFC 9113 §5.1.1), while a late frame on a stream that did exist is not.
struct SkippedStreams {
    /// Runs of ids remembered; a peer that jumps more often is judged on the latest ones only.
    static let runsMax = 16

    /// The largest id that was opened.
    private(set) var highest: Int32 = 0
    private var runs: [ClosedRange<Int32>] = []

    mutating func opened(_ id: Int32) {
        guard id > highest else { return }
        let next = highest == 0 ? 1 : highest + 2
        if id > next {
            if runs.count == Self.runsMax { runs.removeFirst() }
            runs.append(next...(id - 2))
        }
        highest = id
    }

    func contains(_ id: Int32) -> Bool {
        id < highest && runs.contains { $0.contains(id) }
    }
}
