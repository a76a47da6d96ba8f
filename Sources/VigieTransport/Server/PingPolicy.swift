/// Counts pings that come too often, as gRFC A8 has servers do.
///
/// The times of a peer's pings go in, the verdict comes out; sending data or headers forgives.
struct PingPolicy {
    private let minInterval: Duration
    private let maxStrikes: Int
    private let permitsWithoutStreams: Bool
    private var lastPing: MonotonicTime?
    private var strikes = 0

    /// How far apart pings must be while no stream is open and those are not permitted: two hours
    /// (gRFC A8).
    static let intervalWithoutStreams: Duration = .seconds(7200)

    init(_ limits: ServerLimits) {
        minInterval = limits.minPingInterval
        maxStrikes = limits.maxPingStrikes
        permitsWithoutStreams = limits.permitPingWithoutStreams
    }

    /// - Returns: true when this ping is one too many.
    mutating func pingArrived(at now: MonotonicTime, openStreams: Int) -> Bool {
        defer { lastPing = now }
        guard let last = lastPing else { return false }
        let interval =
            openStreams == 0 && !permitsWithoutStreams ? Self.intervalWithoutStreams : minInterval
        if now.since(last) < interval { strikes += 1 }
        return strikes > maxStrikes
    }

    mutating func sentHeadersOrData() {
        strikes = 0
        lastPing = nil
    }
}
