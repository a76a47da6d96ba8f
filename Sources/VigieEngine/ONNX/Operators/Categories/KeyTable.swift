/// Finds a key's number among a model's categories or labels: an open hash table in flat memory,
/// read without allocation.
final class KeyTable {
    /// How many keys.
    let count: Int
    private let mask: Int
    /// A key's number plus one; 0 is a free place.
    private let places: FlatArray<UInt32>
    private let integers: FlatArray<Int64>
    private let text: FlatArray<UInt8>
    /// Where string i ends in `text`.
    private let ends: FlatArray<Int>
    let isText: Bool

    /// The first of equal keys counts.
    init(strings: [String]) {
        count = strings.count
        isText = true
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for string in strings {
            bytes.append(contentsOf: string.utf8)
            ends.append(bytes.count)
        }
        text = FlatArray(bytes)
        self.ends = FlatArray(ends)
        integers = FlatArray([])
        (mask, places) = Self.places(strings.count) { index in
            bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]].withUnsafeBytes {
                Self.hash($0)
            }
        }
    }

    init(integers keys: [Int64]) {
        count = keys.count
        isText = false
        text = FlatArray([])
        ends = FlatArray([])
        integers = FlatArray(keys)
        (mask, places) = Self.places(keys.count) { Self.hash(keys[$0]) }
    }

    /// Reals as keys: NaN equals NaN, -0 equals 0.
    convenience init(reals: [Double]) { self.init(integers: reals.map { Self.key($0) }) }

    /// The table without NaN among its keys: they keep their numbers, but nothing finds it.
    convenience init(realsButNaN reals: [Double]) {
        // The bits of another NaN, which `key` never gives.
        self.init(integers: reals.map { $0.isNaN ? -1 : Self.key($0) })
    }

    static func key(_ real: Double) -> Int64 {
        Int64(bitPattern: real.isNaN ? Double.nan.bitPattern : (real + 0).bitPattern)
    }

    // The hash is seeded for each process, so that no file can make its keys collide.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return hasher.finalize()
    }

    private static func hash(_ key: Int64) -> Int {
        var hasher = Hasher()
        hasher.combine(key)
        return hasher.finalize()
    }

    private static func places(
        _ count: Int, _ hash: (Int) -> Int
    ) -> (mask: Int, places: FlatArray<UInt32>) {
        var size = 4
        while size < count * 2 { size *= 2 }
        var places = [UInt32](repeating: 0, count: size)
        for index in 0..<count {
            var place = hash(index) & (size - 1)
            while places[place] != 0 { place = (place + 1) & (size - 1) }
            places[place] = UInt32(index + 1)
        }
        return (size - 1, FlatArray(places))
    }

    /// The number of `key`; nil if it is none of the keys.
    func find(_ key: Int64) -> Int? {
        var place = Self.hash(key) & mask
        while places.base[place] != 0 {
            let index = Int(places.base[place]) - 1
            if integers.base[index] == key { return index }
            place = (place + 1) & mask
        }
        return nil
    }

    /// The number of the string with these bytes; nil if it is none of the keys.
    func find(_ key: RawSpan) -> Int? {
        key.withUnsafeBytes { key in
            var place = Self.hash(key) & mask
            while places.base[place] != 0 {
                let index = Int(places.base[place]) - 1
                let start = index == 0 ? 0 : ends.base[index - 1]
                let candidate = UnsafeRawBufferPointer(
                    start: text.base + start, count: ends.base[index] - start)
                if candidate.elementsEqual(key) { return index }
                place = (place + 1) & mask
            }
            return nil
        }
    }
}

extension KeyTable {
    /// Key `index` of a table of integers.
    func integer(_ index: Int) -> Int64 { integers.base[index] }

    /// Key `index` of a table of strings.
    func string(_ index: Int) -> String {
        let start = index == 0 ? 0 : ends.base[index - 1]
        let bytes = UnsafeBufferPointer(start: text.base + start, count: ends.base[index] - start)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The keys of a table of strings; none of another.
    var strings: [String] { isText ? (0..<count).map { string($0) } : [] }

    /// The number of element `index` of `tensor`, which is of the keys' kind.
    @inline(__always)
    func find(_ tensor: Tensor, _ index: Int) -> Int? {
        switch tensor.type {
        case .string: tensor.withString(at: index) { find($0) }
        case .int64: find(tensor.withElements(of: Int64.self) { $0[index] })
        case .int32: find(Int64(tensor.withElements(of: Int32.self) { $0[index] }))
        case .int16: find(Int64(tensor.withElements(of: Int16.self) { $0[index] }))
        case .bool: find(Int64(tensor.withElements(of: UInt8.self) { $0[index] }))
        case .float32:
            find(Self.key(Double(tensor.withElements(of: Float.self) { $0[index] })))
        case .float64: find(Self.key(tensor.withElements(of: Double.self) { $0[index] }))
        default: nil
        }
    }
}
