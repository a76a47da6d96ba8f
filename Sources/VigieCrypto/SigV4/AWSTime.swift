import Glibc

/// A moment as signatures write it.
package struct AWSTime: Sendable, Equatable {
    /// "20150830T123600Z".
    package let stamp: String
    /// "20150830".
    package var day: String { String(stamp.prefix(8)) }

    /// - Parameter seconds: since 1970, UTC.
    package init(secondsSince1970 seconds: Int) {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        func padded(_ number: Int32, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        stamp =
            padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1) + padded(parts.tm_mday) + "T"
            + padded(parts.tm_hour) + padded(parts.tm_min) + padded(parts.tm_sec) + "Z"
    }

    /// By the machine's clock.
    package static func now() -> AWSTime { AWSTime(secondsSince1970: time(nil)) }
}
