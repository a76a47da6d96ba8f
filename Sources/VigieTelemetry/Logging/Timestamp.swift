import Glibc

/// Times of the wall clock, in nanoseconds since 1970.
package enum Timestamp {
    package static func now() -> UInt64 { nanoseconds(CLOCK_REALTIME) }

    /// What to add to a time of the monotonic clock to have one of the wall clock, at this moment.
    package static func monotonicOffset() -> UInt64 { now() &- nanoseconds(CLOCK_MONOTONIC) }

    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// RFC 3339 in UTC, to the millisecond: `2026-11-26T00:02:16.123Z`.
    package static func text(_ nanoseconds: UInt64) -> String {
        let seconds = Int(nanoseconds / 1_000_000_000)
        var (year, month, day) = civil(days: seconds / 86_400)
        return String(unsafeUninitializedCapacity: 24) { room in
            func write(_ value: Int, at index: Int, digits: Int) {
                var rest = value
                for place in stride(from: index + digits - 1, through: index, by: -1) {
                    room[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
            }
            for (index, character) in [
                (4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (23, "Z"),
            ] as [(Int, Unicode.Scalar)] { room[index] = UInt8(ascii: character) }
            year = min(year, 9999)
            month = min(month, 12)
            day = min(day, 31)
            write(year, at: 0, digits: 4)
            write(month, at: 5, digits: 2)
            write(day, at: 8, digits: 2)
            write(seconds % 86_400 / 3600, at: 11, digits: 2)
            write(seconds % 3600 / 60, at: 14, digits: 2)
            write(seconds % 60, at: 17, digits: 2)
            write(Int(nanoseconds / 1_000_000 % 1000), at: 20, digits: 3)
            return 24
        }
    }

    /// Reads RFC 3339 in UTC, with up to nine digits of a second: `2026-11-26T00:02:16Z`, `…16.123456789Z`.
    /// - Returns: whole seconds since 1970, and nanoseconds besides; nil when it is none.
    package static func parts(_ text: String) -> (seconds: Int, nanoseconds: UInt64)? {
        guard text.hasSuffix("Z") else { return nil }
        let halves = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        let places = halves[0].split(omittingEmptySubsequences: false) { "-T:".contains($0) }
        let numbers = places.compactMap(digits)
        guard numbers.count == 6, halves.count <= 2, places.map(\.count) == [4, 2, 2, 2, 2, 2],
            zip(numbers, Self.ranges).allSatisfy({ $1.contains($0) })
        else { return nil }
        var fraction: UInt64 = 0
        if halves.count == 2 {
            guard (1...9).contains(halves[1].count),
                let nine = digits((halves[1] + "00000000").prefix(9))
            else { return nil }
            fraction = UInt64(nine)
        }
        var time = tm()
        time.tm_year = numbers[0] - 1900
        time.tm_mon = numbers[1] - 1
        time.tm_mday = numbers[2]
        time.tm_hour = numbers[3]
        time.tm_min = numbers[4]
        time.tm_sec = numbers[5]
        return (timegm(&time), fraction)
    }

    /// From the year to the second, a leap one too.
    private static let ranges: [ClosedRange<Int32>] = [
        0...9999, 1...12, 1...31, 0...23, 0...59, 0...60,
    ]

    /// A number without a sign, which `Int32` would take.
    private static func digits(_ text: Substring) -> Int32? {
        text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? Int32(text) : nil
    }

    /// Days since 1970 as a date of the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level
    /// Date Algorithms", civil_from_days, for days after 1970).
    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }
}
