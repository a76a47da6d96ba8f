/// Finds what somebody who misspelt a name may have meant.
package enum Suggestion {
    /// "; did you mean 'amount'?", or nothing when no candidate is near.
    package static func text(for name: String, among candidates: some Sequence<String>) -> String {
        let wanted = Array(name.lowercased().utf8.prefix(lengthMax))
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let bytes = Array(candidate.lowercased().utf8.prefix(lengthMax))
            guard abs(bytes.count - wanted.count) <= distanceMax else { continue }
            let distance = distance(wanted, bytes)
            // Of a single letter, nothing would be left.
            guard distance < wanted.count, distance <= min(distanceMax, max(1, wanted.count / 3))
            else { continue }
            if best == nil || (distance, candidate) < (best?.distance ?? 0, best?.name ?? "") {
                best = (candidate, distance)
            }
        }
        return best.map { "; did you mean '\($0.name)'?" } ?? ""
    }

    private static let distanceMax = 3
    private static let lengthMax = 64

    /// Levenshtein's, plus 1 for two neighbours swapped (optimal string alignment).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
