/// Texts by place, found by their bytes without allocation.
struct TextIndex: Sendable {
    private let bytes: [UInt8]
    /// Where text i ends in ``bytes``; it begins where i-1 ends.
    private let ends: [Int32]
    /// Open addressing: a text's place, or -1. A power of two, at least half empty.
    private let slots: [Int32]
    private let hash = SeededHash()

    /// - Parameter texts: different ones, of less than 2 GB together.
    init(_ texts: [[UInt8]]) {
        var bytes: [UInt8] = []
        var ends: [Int32] = []
        for text in texts {
            bytes.append(contentsOf: text)
            ends.append(Int32(clamping: bytes.count))
        }
        var size = 8
        while size < 2 * ends.count { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for index in texts.indices {
            let text = texts[index]
            var slot = hash(text.span) & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(clamping: index)
        }
        self.bytes = bytes
        self.ends = ends
        self.slots = slots
    }

    var count: Int { ends.count }
    var memoryBytes: Int { bytes.count + 4 * (ends.count + slots.count) }

    /// A text's place; nil when it is none of them.
    func place(of text: Span<UInt8>) -> Int? {
        let mask = slots.count - 1
        var slot = hash(text) & mask
        while true {
            let index = Int(slots[slot])
            guard index >= 0 else { return nil }
            let start = index == 0 ? 0 : Int(ends[index - 1])
            if Self.equal(bytes.span.extracting(start..<Int(ends[index])), text) { return index }
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
