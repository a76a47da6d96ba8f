/// Names of a file log's segments: `decisions-00000001.jsonl`.
enum SegmentName {
    static func text(_ number: Int) -> String {
        "decisions-" + String(String(100_000_000 + number).dropFirst()) + ".jsonl"
    }

    /// The number; nil for another file.
    static func number(_ name: String) -> Int? {
        guard name.hasPrefix("decisions-"), name.hasSuffix(".jsonl") else { return nil }
        let digits = name.dropFirst(10).dropLast(6)
        guard digits.utf8.count >= 8, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int(digits)
    }
}
