/// `grpc-timeout`: one to eight digits and a unit (grpc/grpc doc/PROTOCOL-HTTP2.md).
package enum GRPCTimeout {
    /// Nil when it is malformed. 99,999,999 hours still fit into 64 bits of nanoseconds, as .max.
    package static func parse(_ text: some BidirectionalCollection<UInt8>) -> Duration? {
        guard (2...9).contains(text.count), let unit = text.last else { return nil }
        var value: UInt64 = 0
        for digit in text.dropLast() {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        switch unit {
        case UInt8(ascii: "H"): return .seconds(value * 3600)
        case UInt8(ascii: "M"): return .seconds(value * 60)
        case UInt8(ascii: "S"): return .seconds(value)
        case UInt8(ascii: "m"): return .milliseconds(value)
        case UInt8(ascii: "u"): return .microseconds(value)
        case UInt8(ascii: "n"): return .nanoseconds(value)
        default: return nil
        }
    }

    /// The shortest exact form, or rounded up to the finest unit that fits eight digits: a deadline
    /// is never made shorter.
    package static func format(_ timeout: Duration) -> String {
        let (seconds, attoseconds) = timeout.components
        guard seconds >= 0, attoseconds >= 0 else { return "0n" }
        let largest: Int64 = 99_999_999
        let nanoseconds = attoseconds / 1_000_000_000
        if seconds == 0, nanoseconds <= largest { return "\(nanoseconds)n" }
        func scaled(_ perSecond: Int64) -> Int64? {
            guard seconds <= largest / perSecond else { return nil }
            let unit = 1_000_000_000 / perSecond
            let value = seconds * perSecond + (nanoseconds + unit - 1) / unit
            return value <= largest ? value : nil
        }
        if let value = scaled(1_000_000) { return "\(value)u" }
        if let value = scaled(1_000) { return "\(value)m" }
        if let value = scaled(1) { return "\(value)S" }
        let minutes = seconds / 60 + 1
        return minutes <= largest ? "\(minutes)M" : "\(min(seconds / 3600 + 1, largest))H"
    }
}
