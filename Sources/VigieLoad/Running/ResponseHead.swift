import VigieRPC

/// What the generator reads of a response's headers and trailers.
struct ResponseHead: ~Copyable {
    /// -1 while it has not come.
    private(set) var status = -1
    private(set) var isHTTPOK = false
    private(set) var isGRPC = false
    /// The beginning of what the server says of a status that is not OK, as it came.
    private(set) var message: [UInt8] = []
    private static let messageBytesMax = 300
    /// What the server says of who answered: `vigie-arm` and `vigie-model-version`.
    private(set) var origin = AnswerOrigin()

    mutating func reset() {
        status = -1
        isHTTPOK = false
        isGRPC = false
        message.removeAll(keepingCapacity: true)
        origin.reset()
    }

    @inline(__always)
    mutating func take(_ name: RawSpan, _ value: RawSpan) {
        switch name.byteCount {
        case 7 where name.equals(":status"): isHTTPOK = value.equals("200")
        case 11 where name.equals("grpc-status"): status = Self.number(value)
        case 12 where name.equals("grpc-message"):
            value.withUnsafeBytes { message.append(contentsOf: $0.prefix(Self.messageBytesMax)) }
        case 12 where name.equals("content-type"): isGRPC = value.hasPrefix("application/grpc")
        case 9 where name.equals("vigie-arm"): origin.set(\.arm, value)
        case 19 where name.equals("vigie-model-version"): origin.set(\.version, value)
        default: break
        }
    }

    /// A status of one or two digits; UNKNOWN for all else.
    private static func number(_ text: RawSpan) -> Int {
        var number = 0
        guard (1...2).contains(text.byteCount) else { return StatusCode.unknown.rawValue }
        for index in 0..<text.byteCount {
            let digit = Int(text.unsafeLoad(fromByteOffset: index, as: UInt8.self)) - 48
            guard (0...9).contains(digit) else { return StatusCode.unknown.rawValue }
            number = number * 10 + digit
        }
        return number <= 16 ? number : StatusCode.unknown.rawValue
    }

    /// How the call ended; UNKNOWN without a status, by HTTP's when that is no 200.
    var outcome: Outcome {
        if let code = StatusCode(rawValue: status) { return .status(code) }
        return .status(isHTTPOK ? .unknown : .unavailable)
    }
}

/// Who answered, as headers or trailers tell; empty where they do not.
struct AnswerOrigin {
    var arm: [UInt8] = []
    var version: [UInt8] = []

    /// Longer names are cut off.
    private static let bytesMax = 32

    mutating func reset() {
        if !arm.isEmpty { arm.removeAll(keepingCapacity: true) }
        if !version.isEmpty { version.removeAll(keepingCapacity: true) }
    }

    mutating func set(_ part: WritableKeyPath<AnswerOrigin, [UInt8]>, _ value: RawSpan) {
        self[keyPath: part] = value.withUnsafeBytes { Array($0.prefix(Self.bytesMax)) }
    }
}
