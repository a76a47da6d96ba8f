/// Keeps a message that comes again and again from filling the log: of lines that are alike but for
/// their numbers, a few are written in each window, and the others counted.
package struct RepeatLimiter: Sendable {
    private struct Entry {
        let began: UInt64
        var count: Int
        /// One of those that were not written.
        var example: String
    }

    /// Lines alike that are written in a window.
    private let linesMax: Int
    /// Nanoseconds.
    private let window: UInt64
    private var entries: [String: Entry] = [:]

    /// Messages that are told apart; beyond that all are written.
    private static let entriesMax = 256

    package init(linesMax: Int = 10, window: Duration = .seconds(10)) {
        self.linesMax = linesMax
        let (seconds, attoseconds) = window.components
        self.window = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }

    /// Whether `message` is to be written.
    /// - Parameter now: in nanoseconds, of a clock that does not go back.
    package mutating func admits(_ message: String, at now: UInt64) -> Bool {
        let key = String(
            decoding: message.utf8.lazy.filter { !(48...57).contains($0) }, as: UTF8.self)
        guard var entry = entries[key] else {
            if entries.count < Self.entriesMax {
                entries[key] = Entry(began: now, count: 1, example: message)
            }
            return true
        }
        entry.count += 1
        entry.example = message
        entries[key] = entry
        return entry.count <= linesMax
    }

    /// Ends windows that are over.
    /// - Returns: what was not written in them, and how often; of all windows when `isLast`.
    package mutating func close(at now: UInt64, isLast: Bool = false) -> [(
        message: String, count: Int
    )] {
        guard !entries.isEmpty else { return [] }
        var closed: [(String, Int)] = []
        for (key, entry) in entries where isLast || now &- entry.began >= window {
            if entry.count > linesMax { closed.append((entry.example, entry.count - linesMax)) }
            entries[key] = nil
        }
        return closed.sorted { $0.0 < $1.0 }
    }
}
