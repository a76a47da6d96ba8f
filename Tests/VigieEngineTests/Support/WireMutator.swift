import TestRandom

/// Spoils what a protobuf message says and keeps it a message: numbers become unlikely ones, fields
/// are dropped, repeated, moved and taken from elsewhere in it.
struct WireMutator {
    /// A field with its key; what is in length-delimited ones is another message where it reads as one.
    private indirect enum Field {
        case varint(key: UInt64, value: UInt64)
        case fixed(key: UInt64, bytes: [UInt8])
        case bytes(key: UInt64, bytes: [UInt8])
        case message(key: UInt64, fields: [Field])

        var key: UInt64 {
            switch self {
            case .varint(let key, _), .fixed(let key, _), .bytes(let key, _),
                .message(let key, _):
                key
            }
        }

        /// How many fields there are in it, itself among them.
        var count: Int {
            guard case .message(_, let fields) = self else { return 1 }
            return fields.reduce(1) { $0 + $1.count }
        }
    }

    private static let numbers: [UInt64] = [
        0, 1, 2, 3, 4, 7, 8, 16, 17, 100, 4_096, 1 << 16, 1 << 31, (1 << 31) - 1, 1 << 32, 1 << 62,
        1 << 63, (1 << 63) - 1, .max, .max - 1, .max - 6,
    ]
    private static let reals: [Double] = [
        0, -0.0, 1, -1, 0.5, .nan, .infinity, -.infinity, 1e-40, 1e30, -1e30, 1e300, -1e300, 1e18,
    ]

    private var random: SplitMix

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    /// `message` with one to three changes.
    mutating func mutate(_ message: [UInt8]) -> [UInt8] {
        guard var fields = Self.parse(message[...], depth: 0) else { return message }
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            let total = fields.reduce(0) { $0 + $1.count }
            guard total > 0 else { break }
            var place = Int.random(in: 0..<total, using: &random)
            change(&fields, &place)
        }
        return Self.encode(fields)
    }

    /// Changes the field that is the `place`-th in the order of the message.
    private mutating func change(_ fields: inout [Field], _ place: inout Int) {
        for index in fields.indices {
            let count = fields[index].count
            if place >= count {
                place -= count
                continue
            }
            if place > 0, case .message(let key, var inner) = fields[index] {
                place -= 1
                change(&inner, &place)
                fields[index] = .message(key: key, fields: inner)
                return
            }
            return changeOne(&fields, index)
        }
    }

    private mutating func changeOne(_ fields: inout [Field], _ index: Int) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: fields.remove(at: index)
        case 1: fields.append(fields[index])
        case 2:
            let other = Int.random(in: 0..<fields.count, using: &random)
            fields.swapAt(index, other)
        case 3:
            // Another field of the same kind, under this one's key.
            guard let other = fields.randomElement(using: &random) else { return }
            fields[index] = Self.renamed(other, fields[index].key)
        default: spoil(&fields[index])
        }
    }

    private mutating func spoil(_ field: inout Field) {
        switch field {
        case .varint(let key, let value):
            let near = value &+ (Bool.random(using: &random) ? 1 : .max)
            let far = Self.numbers.randomElement(using: &random) ?? 0
            field = .varint(
                key: key, value: Int.random(in: 0..<3, using: &random) == 0 ? near : far)
        case .fixed(let key, let bytes):
            let real = Self.reals.randomElement(using: &random) ?? 0
            field = .fixed(
                key: key,
                bytes: bytes.count == 4
                    ? Self.little(UInt64(Float(real).bitPattern), 4)
                    : Self.little(real.bitPattern, 8))
        case .bytes(let key, var bytes):
            guard !bytes.isEmpty else { return }
            let width = [1, 4, 8].randomElement(using: &random) ?? 1
            let place = Int.random(in: 0..<bytes.count, using: &random) / width * width
            let number = Self.numbers.randomElement(using: &random) ?? 0
            let real = Self.reals.randomElement(using: &random) ?? 0
            let pattern =
                Bool.random(using: &random)
                ? number : width == 4 ? UInt64(Float(real).bitPattern) : real.bitPattern
            for (offset, byte) in Self.little(pattern, width).enumerated()
            where place + offset < bytes.count { bytes[place + offset] = byte }
            field = .bytes(key: key, bytes: bytes)
        case .message(let key, var inner):
            inner.shuffle(using: &random)
            field = .message(key: key, fields: inner)
        }
    }

    private static func renamed(_ field: Field, _ key: UInt64) -> Field {
        guard field.key & 7 == key & 7 else { return field }
        return switch field {
        case .varint(_, let value): .varint(key: key, value: value)
        case .fixed(_, let bytes): .fixed(key: key, bytes: bytes)
        case .bytes(_, let bytes): .bytes(key: key, bytes: bytes)
        case .message(_, let fields): .message(key: key, fields: fields)
        }
    }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}

// The wire format: https://protobuf.dev/programming-guides/encoding
extension WireMutator {
    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            if shift < 64 { value |= UInt64(byte & 0x7F) << UInt64(shift) }
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// Nil for what is no message.
    private static func parse(_ bytes: ArraySlice<UInt8>, depth: Int) -> [Field]? {
        var rest = bytes
        var fields: [Field] = []
        while !rest.isEmpty {
            guard let key = varint(&rest), key >> 3 > 0, key >> 3 < 64 else { return nil }
            switch key & 7 {
            case 0:
                guard let value = varint(&rest) else { return nil }
                fields.append(.varint(key: key, value: value))
            case 1, 5:
                let size = key & 7 == 1 ? 8 : 4
                guard rest.count >= size else { return nil }
                fields.append(.fixed(key: key, bytes: Array(rest.prefix(size))))
                rest = rest.dropFirst(size)
            case 2:
                guard let length = varint(&rest), length <= UInt64(rest.count) else { return nil }
                let content = rest.prefix(Int(length))
                rest = rest.dropFirst(Int(length))
                // Raw data may read as a message by chance, which is as good.
                if length > 1, depth < 12, let inner = parse(content, depth: depth + 1) {
                    fields.append(.message(key: key, fields: inner))
                } else {
                    fields.append(.bytes(key: key, bytes: Array(content)))
                }
            default: return nil
            }
        }
        return fields
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func encode(_ fields: [Field]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            append(field.key, to: &bytes)
            switch field {
            case .varint(_, let value): append(value, to: &bytes)
            case .fixed(_, let content): bytes += content
            case .bytes(_, let content):
                append(UInt64(content.count), to: &bytes)
                bytes += content
            case .message(_, let inner):
                let content = encode(inner)
                append(UInt64(content.count), to: &bytes)
                bytes += content
            }
        }
        return bytes
    }
}
