/// What has become of a canary's requests, and of its stable version's, since the pod began to count.
/// All of it only grows.
package struct GuardSample: Sendable, Equatable {
    /// One arm's requests.
    package struct Counts: Sendable, Equatable {
        package var answered: UInt64 = 0
        /// Requests that the version is to blame for.
        package var faults: UInt64 = 0
        /// Requests that were found wrong.
        package var rejections: UInt64 = 0
        /// Requests that failed otherwise: their callers went away.
        package var others: UInt64 = 0
        /// Requests whose answer held a number that is none, or infinite.
        package var nonFinite: UInt64 = 0

        package init() {}

        /// Requests of which it is known what became of them.
        package var ended: UInt64 { answered &+ faults &+ rejections &+ others }
    }

    package var canary = Counts()
    package var stable = Counts()
    /// Requests that were sent to the canary.
    package var started: UInt64 = 0
    /// Requests that the canary answered later than the guard allows.
    package var slow: UInt64 = 0

    package init() {}

    /// Whether it counts less than an earlier one did.
    func isBehind(_ earlier: GuardSample) -> Bool {
        canary.ended < earlier.canary.ended || stable.ended < earlier.stable.ended
            || started < earlier.started || slow < earlier.slow
    }
}
