/// What one plan asks about the request at hand: values of metadata keys, and of one input. A loop has
/// one and uses it for every request; it grows to the largest that it has held, and allocates nothing
/// after that.
package final class RouteFacts {
    struct Place: BitwiseCopyable {
        /// In ``bytes``; -1 when the request has no such value.
        var start: Int
        var count: Int

        static let absent = Place(start: -1, count: 0)
    }

    /// Values as long as headers may be find room in this.
    private static let reservedBytes = 4096

    private(set) var bytes: [UInt8] = []
    /// By key of the plan; the sticky input, if there is one, comes last.
    private(set) var places: [Place] = []

    package init() {
        bytes.reserveCapacity(Self.reservedBytes)
        places.reserveCapacity(16)
    }

    /// Forgets the request before.
    package func begin(_ plan: RoutePlan) {
        bytes.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        for _ in 0..<plan.factCount { places.append(.absent) }
    }

    /// Notes a metadata field, if the plan wants to know it: of a key that comes several times, the
    /// first.
    package func take(metadata name: RawSpan, _ value: RawSpan, for plan: RoutePlan) {
        for key in plan.metadataKeys.indices
        where places[key].start < 0 && Self.equal(plan.metadataKeys[key], name) {
            set(key, value)
            return
        }
    }

    /// Notes the value of the input that the plan sticks to.
    package func take(input value: RawSpan, for plan: RoutePlan) {
        set(plan.metadataKeys.count, value)
    }

    /// Notes a number of the input that the plan sticks to: a whole number as its decimal digits, so
    /// that it says the same as text and as metadata; another as the 8 bytes of an IEEE 754 double,
    /// little-endian.
    package func take(input number: Double, for plan: RoutePlan) {
        if let integer = Int64(exactly: number) { return take(input: integer, for: plan) }
        let bits = number.bitPattern
        let start = bytes.count
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
        places[plan.metadataKeys.count] = Place(start: start, count: 8)
    }

    /// Notes a whole number of the input that the plan sticks to, as its decimal digits.
    package func take(input integer: Int64, for plan: RoutePlan) {
        let start = bytes.count
        if integer < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = integer.magnitude
        let digits = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[digits...].reverse()
        places[plan.metadataKeys.count] = Place(start: start, count: bytes.count - start)
    }

    /// XXH64 of a value that is there.
    func hash(_ value: Place, seed: UInt64) -> UInt64 {
        let bytes = bytes
        return XXHash64.hash(
            bytes.span.bytes.extracting(value.start..<value.start + value.count), seed: seed)
    }

    private func set(_ key: Int, _ value: RawSpan) {
        places[key] = Place(start: bytes.count, count: value.byteCount)
        value.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    private static func equal(_ left: [UInt8], _ right: RawSpan) -> Bool {
        guard left.count == right.byteCount else { return false }
        for index in left.indices
        where left[index] != right.unsafeLoad(fromByteOffset: index, as: UInt8.self) {
            return false
        }
        return true
    }
}
