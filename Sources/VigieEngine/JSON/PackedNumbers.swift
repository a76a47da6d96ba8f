/// Numbers of one type as a UBJSON file holds them, big-endian, decoded when somebody asks.
public struct PackedNumbers: Sendable, Equatable {
    /// The types by their markers.
    enum Kind: UInt8, Sendable {
        case int8 = 0x69  // i
        case uint8 = 0x55  // U
        case int16 = 0x49  // I
        case int32 = 0x6C  // l
        case int64 = 0x4C  // L
        case float32 = 0x64  // d
        case float64 = 0x44  // D

        var byteCount: Int {
            switch self {
            case .int8, .uint8: 1
            case .int16: 2
            case .int32, .float32: 4
            case .int64, .float64: 8
            }
        }
    }

    /// How many there are.
    public let count: Int
    /// The whole file, shared.
    private let bytes: [UInt8]
    private let offset: Int
    private let kind: Kind

    /// - Parameters:
    ///   - bytes: a file that has all the numbers' bytes.
    ///   - offset: of the first.
    init(_ bytes: [UInt8], at offset: Int, count: Int, _ kind: Kind) {
        precondition(
            offset >= 0 && count >= 0 && count <= (bytes.count - offset) / kind.byteCount,
            "numbers beyond the file")
        self.bytes = bytes
        self.offset = offset
        self.count = count
        self.kind = kind
    }

    /// The numbers' values; 64-bit integers are rounded.
    public var doubles: [Double] {
        var doubles: [Double] = []
        copy(toFrontOf: &doubles)
        return doubles
    }

    /// Writes the numbers to an array's first ``count`` places, which it gets if it has fewer.
    func copy(toFrontOf doubles: inout [Double]) {
        switch kind {
        case .int8: fill(&doubles, Int8.self) { Double($0) }
        case .uint8: fill(&doubles, UInt8.self) { Double($0) }
        case .int16: fill(&doubles, Int16.self) { Double($0) }
        case .int32: fill(&doubles, Int32.self) { Double($0) }
        case .int64: fill(&doubles, Int64.self) { Double($0) }
        case .float32: fill(&doubles, UInt32.self) { Double(Float(bitPattern: $0)) }
        case .float64: fill(&doubles, UInt64.self) { Double(bitPattern: $0) }
        }
    }

    /// As the other; false, when a number is no whole one.
    func copy(toFrontOf integers: inout [Int]) -> Bool {
        switch kind {
        case .int8: fill(&integers, Int8.self) { Int($0) }
        case .uint8: fill(&integers, UInt8.self) { Int($0) }
        case .int16: fill(&integers, Int16.self) { Int($0) }
        case .int32: fill(&integers, Int32.self) { Int($0) }
        case .int64: fill(&integers, Int64.self) { Int($0) }
        case .float32, .float64:
            extend(&integers)
            for (index, double) in doubles.enumerated() {
                guard let integer = Int(exactly: double) else { return false }
                integers[index] = integer
            }
        }
        return true
    }

    private func extend<Number: Numeric>(_ numbers: inout [Number]) {
        guard numbers.count < count else { return }
        numbers.append(contentsOf: repeatElement(0, count: count - numbers.count))
    }

    @inline(__always)
    private func fill<Number: Numeric, Bits: FixedWidthInteger & BitwiseCopyable>(
        _ numbers: inout [Number], _ type: Bits.Type, _ number: (Bits) -> Number
    ) {
        extend(&numbers)
        bytes.withUnsafeBytes { bytes in
            numbers.withUnsafeMutableBufferPointer { numbers in
                guard let first = bytes.baseAddress else { return }
                let start = first + offset
                for index in 0..<count {
                    let bits = start.loadUnaligned(
                        fromByteOffset: index &* MemoryLayout<Bits>.size, as: type)
                    numbers[index] = number(Bits(bigEndian: bits))
                }
            }
        }
    }

    /// Whether the values are the same, whatever the types.
    public static func == (left: PackedNumbers, right: PackedNumbers) -> Bool {
        left.doubles == right.doubles
    }
}
