/// A set of numbers and ranges of numbers, ends included.
struct NumberSet: Sendable {
    /// Single numbers: open addressing over their bits; NaN is an empty slot. A power of two, at
    /// least half empty.
    private let slots: [Double]
    private let pointCount: Int
    /// Ranges that neither overlap nor touch, ascending.
    private let lows: [Double]
    private let highs: [Double]
    private let hash = SeededHash()

    /// - Parameter ranges: of finite numbers, the lower first.
    init(_ ranges: [(Double, Double)]) {
        var lows: [Double] = []
        var highs: [Double] = []
        for (low, high) in ranges.filter({ $0.0 < $0.1 }).sorted(by: { $0 < $1 }) {
            if let last = highs.last, low <= last {
                highs[highs.count - 1] = max(last, high)
            } else {
                lows.append(low)
                highs.append(high)
            }
        }
        // -0 is 0.
        let points = Set(ranges.filter { $0.0 == $0.1 }.map { $0.0 + 0 })
        var size = 8
        while size < 2 * points.count { size *= 2 }
        var slots = [Double](repeating: .nan, count: size)
        for point in points {
            var slot = hash(point.bitPattern) & (size - 1)
            while !slots[slot].isNaN { slot = (slot + 1) & (size - 1) }
            slots[slot] = point
        }
        self.slots = slots
        self.lows = lows
        self.highs = highs
        pointCount = points.count
    }

    var count: Int { pointCount + lows.count }
    var memoryBytes: Int { 8 * (slots.count + 2 * lows.count) }

    func contains(_ value: Double) -> Bool {
        if pointCount > 0 {
            let mask = slots.count - 1
            var slot = hash((value + 0).bitPattern) & mask
            while !slots[slot].isNaN {
                if slots[slot] == value { return true }
                slot = (slot + 1) & mask
            }
        }
        var low = 0
        var high = lows.count
        while low < high {
            let middle = (low + high) / 2
            if lows[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low > 0 && value <= highs[low - 1]
    }
}
