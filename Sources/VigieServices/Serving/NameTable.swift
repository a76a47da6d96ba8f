import VigieProtos

/// Finds a name's index by its bytes, without making a string: open addressing over a power of two
/// at most half full. The names come from artifacts and manifests, never from a caller, so that
/// nobody can fill it with collisions.
struct NameTable {
    /// The names by index. Whoever owns the table keeps the memory that they are views of.
    let names: [Text]
    /// An index and 1; 0 is a free slot.
    private let slots: [Int32]

    /// - Parameter names: each once; of names that are twice there, the first is found.
    init(_ names: [Text]) {
        var capacity = 8
        while capacity < names.count * 2 { capacity *= 2 }
        var slots = [Int32](repeating: 0, count: capacity)
        for (index, name) in names.enumerated() {
            var slot = name.slotHash & (capacity - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = Int32(index + 1)
        }
        self.names = names
        self.slots = slots
    }

    var count: Int { names.count }

    /// The index of `name`. A caller who names things in our order passes the index that he is at as
    /// `hint`, and is answered after one comparison.
    @inline(__always)
    func find(_ name: Text, hint: Int = 0) -> Int? {
        if hint < names.count, names[hint] == name { return hint }
        let mask = slots.count - 1
        var slot = name.slotHash & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if names[index] == name { return index }
            slot = (slot + 1) & mask
        }
        return nil
    }
}

extension Text {
    /// Eight bytes at a time, multiplied and folded.
    fileprivate var slotHash: Int {
        withSpan { span in
            let bytes = span.bytes
            var hash = UInt64(truncatingIfNeeded: bytes.byteCount)
            var offset = 0
            while offset + 8 <= bytes.byteCount {
                // In bounds by the loop's own condition.
                let word = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
                hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
                hash ^= hash >> 29
                offset += 8
            }
            while offset < bytes.byteCount {
                hash = (hash ^ UInt64(span[offset])) &* 0x9E37_79B9_7F4A_7C15
                offset += 1
            }
            return Int(truncatingIfNeeded: (hash ^ hash >> 32) & 0x7FFF_FFFF)
        }
    }
}
