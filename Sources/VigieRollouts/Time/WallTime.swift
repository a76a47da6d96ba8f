import VigieTelemetry

/// A moment of the wall clock, to the millisecond. The machine that walks the steps is given it, and
/// never looks at a clock.
package struct WallTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Since 1970, UTC.
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// This moment, for those who may look at a clock.
    package static func now() -> WallTime {
        WallTime(milliseconds: Int64(Timestamp.now() / 1_000_000))
    }

    package static func < (left: WallTime, right: WallTime) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package static func + (time: WallTime, duration: Duration) -> WallTime {
        WallTime(milliseconds: time.milliseconds &+ duration.milliseconds)
    }

    /// How long after `start` this is; zero when it is before, as after the clock was put back.
    package func since(_ start: WallTime) -> Duration {
        .milliseconds(max(0, milliseconds &- start.milliseconds))
    }

    /// RFC 3339 in UTC, to the millisecond: `2026-11-26T00:02:16.123Z`; times beyond the year 2554 are
    /// cut off there.
    package var description: String {
        Timestamp.text(UInt64(max(0, min(milliseconds, Self.last))) * 1_000_000)
    }

    /// What 64 bits of nanoseconds hold: in the year 2554.
    static let last = Int64(UInt64.max / 1_000_000)
}

extension Duration {
    /// Whole milliseconds; halves and less are cut off.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000
    }
}
