import Glibc

/// Finds a key's number among a model's categories or labels: an open hash table in flat memory,
/// read without allocation.
final class KeyTable: Sendable {
    /// How many keys.
    let count: Int
    private let mask: Int
    private let seed: UInt64
    /// A key's number plus one below the upper half of its hash; 0 is a free place.
    private let places: FlatArray<UInt64>
    private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000
    private let integers: FlatArray<Int64>
    private let text: FlatArray<UInt8>
    /// Where string i ends in `text`.
    private let ends: FlatArray<Int>
    let isText: Bool

    /// The first of equal keys counts.
    convenience init(strings: [String]) { self.init(bytes: strings.map { Array($0.utf8) }) }

    /// Strings that need not be UTF-8.
    init(bytes strings: [[UInt8]]) {
        count = strings.count
        isText = true
        text = FlatArray(Array(strings.joined()))
        var end = 0
        ends = FlatArray(
            strings.map { string in
                end += string.count
                return end
            })
        integers = FlatArray([])
        let seed = Self.seed
        self.seed = seed
        (mask, places) = Self.places(strings.count) { index in
            strings[index].withUnsafeBytes { Self.hash($0, seed) }
        }
    }

    /// Bytes of the tables.
    var byteCount: Int {
        places.byteCount + integers.byteCount + text.byteCount + ends.byteCount
    }

    init(integers keys: [Int64]) {
        count = keys.count
        isText = false
        text = FlatArray([])
        ends = FlatArray([])
        integers = FlatArray(keys)
        let seed = Self.seed
        self.seed = seed
        (mask, places) = Self.places(keys.count) { Self.hash(keys[$0], seed) }
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
    private static let seed = UInt64.random(in: 1...(.max))

    /// Folded multiplication (wyhash): the two halves of a 128-bit product, one over the other.
    @inline(__always)
    private static func mix(_ x: UInt64) -> UInt64 {
        let (high, low) = x.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return high ^ low
    }

    @inline(__always)
    private static func hash(_ bytes: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: bytes.count)
        var index = 0
        while index + 8 <= bytes.count {
            hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var tail: UInt64 = 0
        while index < bytes.count {
            tail = tail << 8 | UInt64(bytes[index])
            index += 1
        }
        return mix(mix(hash ^ tail) ^ seed)
    }

    @inline(__always)
    private static func hash(_ key: Int64, _ seed: UInt64) -> UInt64 {
        mix(mix(seed ^ UInt64(bitPattern: key)) ^ seed)
    }

    private static func places(
        _ count: Int, _ hash: (Int) -> UInt64
    ) -> (mask: Int, places: FlatArray<UInt64>) {
        var size = 4
        while size < count * 2 { size *= 2 }
        var places = [UInt64](repeating: 0, count: size)
        for index in 0..<count {
            let hash = hash(index)
            var place = Int(truncatingIfNeeded: hash) & (size - 1)
            while places[place] != 0 { place = (place + 1) & (size - 1) }
            places[place] = hash & tagMask | UInt64(index + 1)
        }
        return (size - 1, FlatArray(places))
    }

    /// The number of `key`; nil if it is none of the keys.
    @inline(__always)
    func find(_ key: Int64) -> Int? {
        let hash = Self.hash(key, seed)
        var place = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = places.base[place]
            if entry == 0 { return nil }
            let index = Int(truncatingIfNeeded: entry & ~Self.tagMask) - 1
            if (entry ^ hash) & Self.tagMask == 0, integers.base[index] == key { return index }
            place = (place + 1) & mask
        }
    }

    /// The number of the string with these bytes; nil if it is none of the keys.
    @inline(__always)
    func find(_ key: UnsafeRawBufferPointer) -> Int? {
        let hash = Self.hash(key, seed)
        var place = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = places.base[place]
            if entry == 0 { return nil }
            let index = Int(truncatingIfNeeded: entry & ~Self.tagMask) - 1
            if (entry ^ hash) & Self.tagMask == 0 {
                let start = index == 0 ? 0 : ends.base[index - 1]
                if ends.base[index] - start == key.count, Self.equal(text.base + start, key) {
                    return index
                }
            }
            place = (place + 1) & mask
        }
    }

    @inline(__always)
    private static func equal(_ text: UnsafePointer<UInt8>, _ key: UnsafeRawBufferPointer) -> Bool {
        guard let base = key.baseAddress else { return true }
        return memcmp(text, base, key.count) == 0
    }

    /// The number of the string with these bytes; nil if it is none of the keys.
    func find(_ key: RawSpan) -> Int? { key.withUnsafeBytes { find($0) } }
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
