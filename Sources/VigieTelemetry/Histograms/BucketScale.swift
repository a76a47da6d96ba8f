import Glibc

/// Where the buckets of all latency histograms lie, in seconds.
///
/// **Native** buckets are those of Prometheus's exponential schema 3: bucket i holds what is over
/// 2^((i-1)/8) and up to 2^(i/8), so that a percentile is known to within 4.5 %. They go from
/// 2^-30 s, a nanosecond, to 2^9 s; what is beyond counts in the last one.
/// **Classic** buckets have round bounds, for a Prometheus without native histograms, and for the
/// `le` that people write into alert rules.
package enum LatencyBuckets {
    /// Prometheus's resolution: buckets grow by 2^(2^-schema).
    package static let schema: Int32 = 3
    /// Native bucket 0 of an array has this index of the schema.
    package static let firstIndex = -240
    /// How many native buckets there are.
    package static let count = 313
    /// Upper bounds of the classic buckets, in nanoseconds, ascending; one more is unbounded.
    package static let classicBounds: [UInt64] = [
        10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000,
        10_000_000_000,
    ]
    /// Classic buckets, the unbounded one included.
    package static let classicCount = 20

    /// The upper bound of native bucket `index` of an array, in seconds.
    package static func upperBound(_ index: Int) -> Double {
        exp2(Double(index + firstIndex) / 8)
    }

    /// 2^(k/8), the bounds within an octave; the last is never passed.
    private static let bounds: [Double] = (0...8).map { exp2(Double($0) / 8) }

    /// By the first six bits of a mantissa: how many bounds of the octave lie below all numbers
    /// that begin so. No two bounds begin alike, so one comparison more finds the bucket.
    private static let below: [UInt8] = (0..<64).map { cell in
        UInt8(bounds.count { $0 < 1 + Double(cell) / 64 })
    }

    /// By native bucket: the first classic bucket that its values may be in. At most one classic
    /// bound lies within a native bucket.
    private static let classic: [UInt8] = (0..<count).map { index in
        let lower = index == 0 ? 0 : upperBound(index - 1) * 1e9
        return UInt8(classicBounds.firstIndex { Double($0) > lower } ?? classicBounds.count)
    }

    /// The native bucket, as an index of an array, that a duration falls into.
    @inline(__always)
    package static func index(nanoseconds: UInt64) -> Int {
        guard nanoseconds > 0 else { return 0 }
        let seconds = Double(nanoseconds) * 1e-9
        let exponent = Int(seconds.exponentBitPattern) - 1023
        let mantissa = seconds.significandBitPattern
        let cell = Int(below[Int(mantissa >> 46)])
        let fraction = Double(
            sign: .plus, exponentBitPattern: 1023, significandBitPattern: mantissa)
        let index = exponent * 8 + cell + (fraction > bounds[cell] ? 1 : 0) - firstIndex
        return min(max(index, 0), count - 1)
    }

    /// The classic bucket of a duration whose native bucket is known.
    @inline(__always)
    static func classicIndex(_ index: Int, nanoseconds: UInt64) -> Int {
        let first = Int(classic[index])
        guard first < classicBounds.count, nanoseconds > classicBounds[first] else { return first }
        return first + 1
    }

    /// How many cells there are: native buckets, those with a classic bound within cut in two there.
    static let cellCount = count + classicBounds.count

    /// The cell that a duration falls into. Native and classic buckets are both whole numbers of
    /// cells, so that the two views of one histogram never contradict each other.
    @inline(__always)
    static func cell(nanoseconds: UInt64) -> Int {
        let index = index(nanoseconds: nanoseconds)
        return index + classicIndex(index, nanoseconds: nanoseconds)
    }

    /// By cell: the native and the classic bucket that it is part of. A cell that nothing falls
    /// into, because a classic bound is that of a native bucket too, belongs to either neighbour.
    static let cells: [(native: Int, classic: Int)] = {
        var cells = [(native: Int, classic: Int)](repeating: (0, 0), count: cellCount)
        for index in 0..<count {
            let first = Int(classic[index])
            for place in first...min(first + 1, classicBounds.count) where index + place < cellCount
            {
                cells[index + place] = (index, place)
            }
        }
        return cells
    }()
}
