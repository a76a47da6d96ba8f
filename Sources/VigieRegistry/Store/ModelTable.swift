/// What can be served at one moment: an immutable snapshot, found in by name without allocation or
/// lock. A loop keeps its own and replaces it when the store publishes another.
package final class ModelTable: Sendable {
    /// By name, ascending.
    package let entries: [ModelEntry]
    /// Grows by one with each publication of a store.
    package let generation: UInt64
    /// Open addressing: index in ``entries``, or -1. A power of two, at least half empty.
    private let slots: [Int32]

    package init(entries: [ModelEntry], generation: UInt64) {
        self.entries = entries.sorted { $0.name < $1.name }
        self.generation = generation
        var size = 8
        while size < 2 * entries.count { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for (index, entry) in self.entries.enumerated() {
            let name = entry.nameBytes
            var slot = Self.hash(name.span.bytes) & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(index)
        }
        self.slots = slots
    }

    /// A table without a model.
    package static let empty = ModelTable(entries: [], generation: 0)

    /// The model of that name, nil when there is none that is ready. Allocates nothing.
    package func find(_ name: RawSpan) -> ModelEntry? {
        var slot = Self.hash(name) & (slots.count - 1)
        while true {
            let index = slots[slot]
            guard index >= 0 else { return nil }
            let entry = entries[Int(index)]
            if Self.equal(entry.nameBytes, name) { return entry }
            slot = (slot + 1) & (slots.count - 1)
        }
    }

    /// The model of that name, nil when there is none that is ready.
    package func find(_ name: String) -> ModelEntry? {
        let bytes = Array(name.utf8)
        return find(bytes.span.bytes)
    }

    /// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv), 64 bits. Names are the operator's own:
    /// nobody outside can make them collide.
    private static func hash(_ bytes: RawSpan) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in 0..<bytes.byteCount {
            hash ^= UInt64(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
            hash &*= 0x100_0000_01b3
        }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32))
    }

    private static func equal(_ left: [UInt8], _ right: RawSpan) -> Bool {
        guard left.count == right.byteCount else { return false }
        for index in left.indices
        where left[index] != right.unsafeLoad(fromByteOffset: index, as: UInt8.self) {
            return false
        }
        return true
    }
}
