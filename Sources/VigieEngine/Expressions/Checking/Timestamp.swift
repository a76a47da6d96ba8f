/// Times as RFC 3339 writes them, and the calendar (proleptic Gregorian, no leap seconds).
enum Timestamp {
    static let dayMilliseconds = 86_400_000.0

    /// Milliseconds since 1970 of "2026-01-31T08:00:00.5+01:00" or "2026-01-31" (midnight UTC); nil
    /// when it is none.
    static func milliseconds(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), month >= 1, month <= 12, day >= 1,
            day <= daysOfMonth(month, year)
        else { return nil }
        let date = Double(days(year: year, month: month, day: day)) * dayMilliseconds
        if bytes.count == 10 { return date }
        guard bytes.count >= 20, bytes[10] | 0x20 == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
            let second = number(bytes[17..<19]), hour <= 23, minute <= 59, second <= 59
        else { return nil }
        var position = 19
        var fraction = 0.0
        if bytes[position] == UInt8(ascii: ".") {
            position += 1
            var scale = 100.0
            let start = position
            while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 {
                fraction += Double(bytes[position] - UInt8(ascii: "0")) * scale
                scale /= 10
                position += 1
            }
            guard position > start else { return nil }
        }
        guard let offset = offset(String(decoding: bytes[position...], as: UTF8.self)) else {
            return nil
        }
        let time = Double((hour * 60 + minute) * 60 + second) * 1_000 + fraction.rounded(.down)
        return date + time - offset
    }

    /// Milliseconds that "+02:00", "-05:30" or "Z" is ahead of UTC; nil when it is none.
    static func offset(_ text: String) -> Double? {
        if text == "Z" || text == "z" { return 0 }
        let bytes = Array(text.utf8)
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"),
            bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            let hours = number(bytes[1..<3]), let minutes = number(bytes[4..<6]), hours <= 23,
            minutes <= 59
        else { return nil }
        let magnitude = Double(hours * 60 + minutes) * 60_000
        return bytes[0] == UInt8(ascii: "-") ? -magnitude : magnitude
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard digit &- UInt8(ascii: "0") < 10 else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func daysOfMonth(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// Days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").
    static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The other way.
    static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthShifted = (5 * dayOfYear + 2) / 153
        let month = monthShifted < 10 ? monthShifted + 3 : monthShifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthShifted + 2) / 5 + 1)
    }

    /// Beyond these a time has no calendar date here: some 285,000 years.
    static let rangeMilliseconds = 9e15

    /// One part of the local date or time; NaN for a missing time, or one out of range.
    static func part(_ operation: Operation, of time: Double, offset: Double) -> Double {
        let local = time + offset
        guard local.magnitude <= rangeMilliseconds else { return .nan }
        let day = (local / dayMilliseconds).rounded(.down)
        let rest = local - day * dayMilliseconds
        switch operation {
        case .hour: return (rest / 3_600_000).rounded(.down)
        case .minute:
            return (rest / 60_000).rounded(.down).truncatingRemainder(dividingBy: 60)
        case .weekday:
            // 1970-01-01 was a Thursday; Monday is 1 (ISO 8601).
            let shifted = (day + 3).truncatingRemainder(dividingBy: 7)
            return (shifted < 0 ? shifted + 7 : shifted) + 1
        default:
            // In range, as checked above.
            let date = date(days: Int(day))
            return Double(
                operation == .year ? date.year : operation == .month ? date.month : date.day)
        }
    }
}
