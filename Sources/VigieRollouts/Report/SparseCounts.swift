import VigieEngine

/// Counts by the index of a bucket, most of which are empty.
package struct SparseCounts: Sendable, Equatable {
    /// Ascending.
    package private(set) var buckets: [Int] = []
    /// By bucket, none of them zero.
    package private(set) var counts: [UInt64] = []

    package init() {}

    /// - Parameter dense: by bucket, from 0.
    package init(_ dense: [UInt64]) {
        for (bucket, count) in dense.enumerated() where count > 0 {
            buckets.append(bucket)
            counts.append(count)
        }
    }

    /// By bucket, from 0; what is beyond `count` buckets counts in the last.
    package func dense(_ count: Int) -> [UInt64] {
        var dense = [UInt64](repeating: 0, count: count)
        for (bucket, value) in zip(buckets, counts) { dense[min(bucket, count - 1)] &+= value }
        return dense
    }

    package var total: UInt64 { counts.reduce(0, &+) }

    package mutating func add(_ bucket: Int, _ count: UInt64 = 1) {
        guard count > 0 else { return }
        let place = buckets.firstIndex { $0 >= bucket } ?? buckets.count
        if place < buckets.count, buckets[place] == bucket {
            counts[place] &+= count
        } else {
            buckets.insert(bucket, at: place)
            counts.insert(count, at: place)
        }
    }

    package mutating func merge(_ other: SparseCounts) {
        guard !other.buckets.isEmpty else { return }
        guard !buckets.isEmpty else {
            self = other
            return
        }
        let last = max(buckets[buckets.count - 1], other.buckets[other.buckets.count - 1])
        var sum = dense(last + 1)
        for (bucket, count) in zip(other.buckets, other.counts) { sum[bucket] &+= count }
        self = SparseCounts(sum)
    }

    /// What was counted since; a bucket that has fewer than then counts as begun anew.
    package func since(_ before: SparseCounts) -> SparseCounts {
        guard !before.buckets.isEmpty else { return self }
        var difference = SparseCounts()
        var place = 0
        for (bucket, count) in zip(buckets, counts) {
            while place < before.buckets.count, before.buckets[place] < bucket { place += 1 }
            let known =
                place < before.buckets.count && before.buckets[place] == bucket
                ? before.counts[place] : 0
            let more = count >= known ? count - known : count
            guard more > 0 else { continue }
            difference.buckets.append(bucket)
            difference.counts.append(more)
        }
        return difference
    }
}

extension SparseCounts {
    /// Buckets that a report may name: more than any histogram has.
    static let bucketsMax = 4096

    package var json: JSONValue {
        var object = ObjectBuilder()
        object.add("buckets", buckets.isEmpty ? .array([]) : .numbers(buckets.map { Double($0) }))
        object.add("counts", counts.isEmpty ? .array([]) : .numbers(counts.map { Double($0) }))
        return object.value
    }

    /// Empty when it is absent or no such thing.
    init(reading json: JSONValue?) {
        self.init()
        guard let buckets = json?["buckets"]?.numbers, let counts = json?["counts"]?.numbers else {
            return
        }
        for (bucket, count) in zip(buckets, counts).prefix(Self.bucketsMax) {
            guard let bucket = Int(exactly: bucket), let count = UInt64(exactly: count),
                (0..<Self.bucketsMax).contains(bucket)
            else { continue }
            add(bucket, count)
        }
    }
}
