/// A set of texts, found by their bytes without allocation.
struct TextSet: Sendable {
    private let bytes: [UInt8]
    /// Where text i ends in ``bytes``; it begins where i-1 ends.
    private let ends: [Int32]
    /// Open addressing: a text's place, or -1. A power of two, at least half empty.
    private let slots: [Int32]
    private let hash = SeededHash()

    init(_ texts: [String]) {
        var bytes: [UInt8] = []
        var ends: [Int32] = []
        // By bytes: Swift's own equality takes "é" for "e" and an accent.
        for text in Set(texts.map { Array($0.utf8) }) {
            bytes.append(contentsOf: text)
            ends.append(Int32(bytes.count))
        }
        var size = 8
        while size < 2 * ends.count { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for index in ends.indices {
            let start = index == 0 ? 0 : Int(ends[index - 1])
            var slot = hash(bytes.span.extracting(start..<Int(ends[index]))) & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(index)
        }
        self.bytes = bytes
        self.ends = ends
        self.slots = slots
    }

    var count: Int { ends.count }
    var memoryBytes: Int { bytes.count + 4 * (ends.count + slots.count) }

    func contains(_ text: Span<UInt8>) -> Bool {
        let mask = slots.count - 1
        var slot = hash(text) & mask
        while true {
            let index = Int(slots[slot])
            guard index >= 0 else { return false }
            let start = index == 0 ? 0 : Int(ends[index - 1])
            if Self.equal(bytes.span.extracting(start..<Int(ends[index])), text) { return true }
            slot = (slot + 1) & mask
        }
    }

    @inline(__always)
    private static func equal(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        for index in a.indices where a[index] != b[index] { return false }
        return true
    }
}
