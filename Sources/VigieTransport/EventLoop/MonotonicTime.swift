import Glibc

/// Nanoseconds of the machine's monotonic clock (CLOCK_MONOTONIC); comparable within one boot.
public struct MonotonicTime: Comparable, Hashable, Sendable, BitwiseCopyable {
    public let nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// A time that never comes.
    @inlinable
    public static var never: MonotonicTime { MonotonicTime(nanoseconds: .max) }

    @inlinable
    public static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(
            nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    @inlinable
    public static func == (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds == right.nanoseconds
    }

    @inlinable
    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// This time plus `duration`, at most ``never``; a negative duration counts as none.
    @inlinable
    public func advanced(by duration: Duration) -> MonotonicTime {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
        return overflow ? .never : MonotonicTime(nanoseconds: sum)
    }

    /// How long ago `earlier` was; zero when it is still to come.
    @inlinable
    public func since(_ earlier: MonotonicTime) -> Duration {
        .nanoseconds(
            Int64(
                clamping: nanoseconds > earlier.nanoseconds
                    ? nanoseconds - earlier.nanoseconds : 0))
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to 0 … UInt64.max.
    @inlinable
    public var clampedNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return .max }
        let (sum, carried) = product.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return carried ? .max : sum
    }
}
