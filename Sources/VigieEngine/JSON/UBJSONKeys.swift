/// The keys of a UBJSON file, each made a string once: a model of a thousand trees has the same
/// twenty in each.
struct UBJSONKeys {
    private struct Entry {
        var place: Range<Int>
        var key: String
    }

    /// By number, in the order in which they were met.
    private var entries: [Entry] = []
    /// Open addressing: by hash, one more than a key's number, 0 where there is none.
    private var slots = [UInt8](repeating: 0, count: 256)

    /// Keys that are kept; the file decides how many there are, not how much time they take.
    private static let countMax = 64
    private static let lengthMax = 64

    /// The key of these bytes and its number, which is nil for one that is not kept. Nil for bytes
    /// that are not UTF-8.
    mutating func key(in bytes: [UInt8], _ place: Range<Int>) -> (String, number: Int?)? {
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
        for offset in 0..<one.count
        where bytes[one.lowerBound + offset] != bytes[other.lowerBound + offset] {
            return false
        }
        return true
    }
}
