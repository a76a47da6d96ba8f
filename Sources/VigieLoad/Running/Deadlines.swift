/// When requests under way run out of time. All have the same timeout, so that the first sent is the
/// first to run out: a ring, with no timer for each.
struct Deadlines {
    private struct Entry {
        var slot: Slot
        var generation: UInt64
        var time: UInt64
    }

    private var ring: [Entry?] = []
    private var head = 0
    private var count = 0

    /// Notes a request that was just sent.
    mutating func add(_ slot: Slot, until time: UInt64) {
        if count == ring.count { grow() }
        ring[(head + count) % ring.count] = Entry(
            slot: slot, generation: slot.generation, time: time)
        count += 1
    }

    private mutating func grow() {
        var larger: [Entry?] = []
        larger.reserveCapacity(max(64, ring.count * 2))
        for index in 0..<count { larger.append(ring[(head + index) % ring.count]) }
        larger += [Entry?](repeating: nil, count: max(64, ring.count * 2) - count)
        ring = larger
        head = 0
    }

    /// The time of the first request that may still be under way.
    mutating func next() -> UInt64? {
        while count > 0, let entry = ring[head] {
            if Self.isPending(entry) { return entry.time }
            drop()
        }
        return nil
    }

    /// Takes the first request that has run out of time and is still under way.
    mutating func takeExpired(_ now: UInt64) -> Slot? {
        guard let time = next(), time <= now, let entry = ring[head] else { return nil }
        drop()
        return entry.slot
    }

    private mutating func drop() {
        ring[head] = nil
        head = (head + 1) % ring.count
        count -= 1
    }

    private static func isPending(_ entry: Entry) -> Bool {
        entry.slot.isPending && entry.slot.generation == entry.generation
    }
}
