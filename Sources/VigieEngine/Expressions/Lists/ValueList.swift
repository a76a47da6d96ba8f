/// What values are looked for in with `in`.
enum ValueList: Sendable {
    case texts(TextIndex)
    case numbers(NumberSet)

    /// Nil when texts and numbers are mixed. An empty list is one of texts.
    init?(_ members: [ListMember]) {
        var texts: [String] = []
        var ranges: [(Double, Double)] = []
        for member in members {
            switch member {
            case .text(let text): texts.append(text)
            case .range(let low, let high): ranges.append((low, high))
            }
        }
        guard texts.isEmpty || ranges.isEmpty else { return nil }
        self = ranges.isEmpty ? .texts(Self.index(texts)) : .numbers(NumberSet(ranges))
    }

    /// By bytes: Swift's own equality takes "é" for "e" and an accent.
    private static func index(_ texts: [String]) -> TextIndex {
        var seen: Set<[UInt8]> = []
        return TextIndex(texts.map { Array($0.utf8) }.filter { seen.insert($0).inserted })
    }

    /// How many texts, numbers and ranges.
    var count: Int {
        switch self {
        case .texts(let set): set.count
        case .numbers(let set): set.count
        }
    }

    /// Bytes that it occupies.
    var memoryBytes: Int {
        switch self {
        case .texts(let set): set.memoryBytes
        case .numbers(let set): set.memoryBytes
        }
    }
}
