/// Slots with room, first come, first served: so that requests spread evenly over connections.
struct SlotQueue {
    private var ring: [Slot?] = []
    private var head = 0
    private var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func add(_ slot: Slot) {
        if count == ring.count { grow() }
        ring[(head + count) & (ring.count - 1)] = slot
        count += 1
    }

    mutating func take() -> Slot? {
        guard count > 0 else { return nil }
        let slot = ring[head]
        ring[head] = nil
        head = (head + 1) & (ring.count - 1)
        count -= 1
        return slot
    }

    /// The size stays a power of two.
    private mutating func grow() {
        var larger: [Slot?] = []
        for index in 0..<count { larger.append(ring[(head + index) & (ring.count - 1)]) }
        larger += [Slot?](repeating: nil, count: max(64, ring.count * 2) - count)
        ring = larger
        head = 0
    }
}
