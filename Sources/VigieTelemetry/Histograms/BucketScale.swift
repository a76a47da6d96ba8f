import Glibc

/// Where the buckets of a kind of histogram lie.
///
/// **Native** buckets are those of Prometheus's exponential schema 3: bucket i holds what is over
/// 2^((i-1)/8) and up to 2^(i/8), so that a percentile is known to within 4.5 %. What is beyond the
/// range counts in the first or last one, zero in a bucket of its own.
/// **Classic** buckets have round bounds, for a Prometheus without native histograms, and for the
/// `le` that people write into alert rules. At most one of them lies within a native bucket.
///
/// Values are whole numbers of a small unit; bounds are shown in the base unit.
public final class BucketScale: Sendable {
    /// Prometheus's resolution: buckets grow by 2^(2^-schema).
    package static let schema: Int32 = 3
    /// The cells of the largest scale, so that a histogram is one block of memory.
    static let cellsMax = 333

    /// Durations in nanoseconds, shown in seconds: from 2^-30 s, a nanosecond, to 2^9 s.
    package static let latency = BucketScale(
        unit: 1e-9, perBaseUnit: 1e9, firstIndex: -240, count: 313,
        classicBounds: [
            10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
            1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
            100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000,
            10_000_000_000,
        ])

    /// Sizes in bytes, up to 4 GiB. The classic bounds are those of gRPC (gRFC A66).
    package static let size = BucketScale(
        unit: 1, perBaseUnit: 1, firstIndex: 0, count: 257,
        classicBounds: [
            0, 1024, 2048, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
            67_108_864, 268_435_456, 1_073_741_824, 4_294_967_296,
        ])

    /// Shares in millionths, shown from 0 to 1; bounds where lenders draw lines.
    package static let share = BucketScale(
        unit: 1e-6, perBaseUnit: 1e6, firstIndex: -160, count: 161,
        classicBounds: [
            1_000, 5_000, 10_000, 20_000, 50_000, 100_000, 150_000, 200_000, 300_000, 400_000,
            500_000, 600_000, 700_000, 800_000, 900_000, 1_000_000,
        ])

    /// What a value of 1 is in the base unit.
    @usableFromInline let unit: Double
    private let perBaseUnit: Double
    /// Native bucket 0 of an array has this index of the schema.
    public let firstIndex: Int
    /// How many native buckets there are.
    public let count: Int
    /// Upper bounds of the classic buckets, ascending; one more is unbounded.
    public let classicBounds: [UInt64]
    /// Classic buckets, the unbounded one included.
    package var classicCount: Int { classicBounds.count + 1 }

    /// 2^(k/8), the bounds within an octave; the last is never passed.
    @usableFromInline let bounds: [Double]
    /// By the first six bits of a mantissa: how many bounds of the octave lie below all numbers
    /// that begin so. No two bounds begin alike, so one comparison more finds the bucket.
    @usableFromInline let below: [UInt8]
    /// By native bucket: the first classic bucket that its values may be in.
    @usableFromInline let classic: [UInt8]
    /// By cell: the native and the classic bucket that it is part of; the last cell is for zeros. A
    /// cell that nothing falls into, because a classic bound is that of a native bucket too, belongs
    /// to either neighbour.
    let cells: [(native: Int, classic: Int)]
    /// Where zeros count.
    @usableFromInline let zeroCell: Int

    private init(
        unit: Double, perBaseUnit: Double, firstIndex: Int, count: Int, classicBounds: [UInt64]
    ) {
        self.unit = unit
        self.perBaseUnit = perBaseUnit
        self.firstIndex = firstIndex
        self.count = count
        self.classicBounds = classicBounds
        let bounds = (0...8).map { exp2(Double($0) / 8) }
        self.bounds = bounds
        below = (0..<64).map { cell in
            UInt8(bounds.count { $0 < 1 + Double(cell) / 64 })
        }
        let classic = (0..<count).map { index in
            let lower = index == 0 ? 0 : exp2(Double(index - 1 + firstIndex) / 8) * perBaseUnit
            return UInt8(classicBounds.firstIndex { Double($0) > lower } ?? classicBounds.count)
        }
        self.classic = classic
        zeroCell = count + classicBounds.count
        precondition(zeroCell < Self.cellsMax, "a scale has room for its cells")
        var cells = [(native: Int, classic: Int)](repeating: (0, 0), count: zeroCell + 1)
        for index in 0..<count {
            let first = Int(classic[index])
            for place in first...min(first + 1, classicBounds.count) where index + place < zeroCell
            {
                cells[index + place] = (index, place)
            }
        }
        self.cells = cells
    }

    /// The upper bound of native bucket `index` of an array, in the base unit.
    package func upperBound(_ index: Int) -> Double { exp2(Double(index + firstIndex) / 8) }

    /// The upper bound of a classic bucket in the base unit; infinity for the last.
    package func classicBound(_ place: Int) -> Double {
        place < classicBounds.count ? inBaseUnit(classicBounds[place]) : .infinity
    }

    /// A value, or a sum of values, in the base unit.
    package func inBaseUnit(_ value: UInt64) -> Double { Double(value) / perBaseUnit }

    /// The native bucket, as an index of an array, that a value over zero falls into.
    @inlinable @inline(__always)
    public func index(_ value: UInt64) -> Int {
        let number = Double(value) * unit
        let exponent = Int(truncatingIfNeeded: number.exponentBitPattern) &- 1023
        let mantissa = number.significandBitPattern
        let cell = Int(truncatingIfNeeded: below[Int(truncatingIfNeeded: mantissa &>> 46)])
        let fraction = Double(
            sign: .plus, exponentBitPattern: 1023, significandBitPattern: mantissa)
        let index = exponent &* 8 &+ cell &+ (fraction > bounds[cell] ? 1 : 0) &- firstIndex
        return min(max(index, 0), count &- 1)
    }

    /// The classic bucket of a value whose native bucket is known.
    @inlinable @inline(__always)
    func classicIndex(_ index: Int, _ value: UInt64) -> Int {
        let first = Int(classic[index])
        guard first < classicBounds.count, value > classicBounds[first] else { return first }
        return first &+ 1
    }

    /// The cell that a value falls into. Native and classic buckets are both whole numbers of cells,
    /// so that the two views of one histogram never contradict each other.
    @inlinable @inline(__always)
    func cell(_ value: UInt64) -> Int {
        guard value > 0 else { return zeroCell }
        let index = index(value)
        return index &+ classicIndex(index, value)
    }
}
