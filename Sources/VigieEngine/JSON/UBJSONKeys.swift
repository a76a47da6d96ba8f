import Glibc

/// The keys of a UBJSON file, each made a string once: a model of a thousand trees has the same
/// twenty in each.
struct UBJSONKeys {
    private struct Entry {
        var place: Range<Int>
        var key: String
        /// The number of the key that came after it the last time.
        var next = 0
    }

    /// By number, in the order in which they were met.
    private var entries: [Entry] = []
    /// Open addressing: by hash, one more than a key's number, 0 where there is none.
    private var slots = [UInt8](repeating: 0, count: 256)
    /// The number of the key before.
    private var last = 0

    /// Keys that are kept; the file decides how many there are, not how much time they take.
    private static let countMax = 64
    private static let lengthMax = 64

    /// The key of these bytes and its number, which is nil for one that is not kept. Nil for bytes
    /// that are not UTF-8.
    mutating func key(in bytes: [UInt8], _ place: Range<Int>) -> (String, number: Int?)? {
        // Objects of one kind have their keys in one order.
        if last < entries.count {
            let likely = entries[last].next
            if isSame(bytes, entries[likely].place, place) {
                last = likely
                return (entries[likely].key, likely)
            }
        }
        guard let found = find(in: bytes, place) else { return nil }
        if let number = found.number {
            entries[last].next = number
            last = number
        }
        return found
    }

    private mutating func find(
        in bytes: [UInt8], _ place: Range<Int>
    ) -> (String, number: Int?)? {
        guard place.count <= Self.lengthMax else {
            return String(validating: bytes[place], as: UTF8.self).map { ($0, nil) }
        }
        // FNV-1a.
        var hash: UInt32 = 2_166_136_261
        for index in place { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
        var slot = Int((hash ^ hash >> 16) & 0xFF)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if isSame(bytes, entries[number].place, place) { return (entries[number].key, number) }
            slot = (slot + 1) & 0xFF
        }
        guard let key = String(validating: bytes[place], as: UTF8.self) else { return nil }
        guard entries.count < Self.countMax else { return (key, nil) }
        entries.append(Entry(place: place, key: key))
        slots[slot] = UInt8(entries.count)
        return (key, entries.count - 1)
    }

    private func isSame(_ bytes: [UInt8], _ one: Range<Int>, _ other: Range<Int>) -> Bool {
        guard one.count == other.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return true }
            return memcmp(base + one.lowerBound, base + other.lowerBound, one.count) == 0
        }
    }
}
