/// Percentiles of a sample, as NumPy's default has them (Hyndman & Fan 1996, type 7).
enum Percentile {
    /// The value at `share` (0 … 1) of the sorted sample without its NaN, linear between neighbours;
    /// NaN of none. Reorders the values.
    static func of(_ sample: UnsafeMutableBufferPointer<Double>, at share: Double) -> Double {
        var count = 0
        for index in sample.indices where !sample[index].isNaN {
            if index != count { sample.swapAt(index, count) }
            count += 1
        }
        let values = UnsafeMutableBufferPointer(rebasing: sample[..<count])
        guard !values.isEmpty else { return .nan }
        let place = share * Double(values.count - 1)
        let below = min(max(Int(place), 0), values.count - 1)
        select(values, below)
        let low = values[below]
        guard below + 1 < values.count else { return low }
        // What comes after the selected place is no smaller: the next one is their least.
        var high = values[below + 1]
        for index in below + 2..<max(values.count, below + 2) { high = min(high, values[index]) }
        let fraction = place - Double(below)
        return low + (high - low) * fraction
    }

    /// Hoare 1961, algorithm 65: puts the value of that rank at its place, no greater ones before it
    /// and no smaller ones after it.
    private static func select(_ values: UnsafeMutableBufferPointer<Double>, _ rank: Int) {
        var low = 0
        var high = values.count - 1
        while low < high {
            let pivot = median(values[low], values[low + (high - low) / 2], values[high])
            var left = low
            var right = high
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                guard left <= right else { break }
                values.swapAt(left, right)
                left += 1
                right -= 1
            }
            if rank <= right {
                high = right
            } else if rank >= left {
                low = left
            } else {
                return
            }
        }
    }

    private static func median(_ a: Double, _ b: Double, _ c: Double) -> Double {
        max(min(a, b), min(max(a, b), c))
    }
}
