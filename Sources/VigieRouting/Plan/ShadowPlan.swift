import VigieRollouts

/// A version that is asked besides the one that answers, and for which share of the requests.
package struct ShadowPlan: Sendable, Equatable {
    package let version: Int
    /// 0 … 100.
    package let percent: Double
    /// Requests that may wait for it.
    package let queue: Int
    package let compare: CompareSpec
    /// Of 2^32.
    private let share: UInt64

    package init(_ shadow: ShadowSpec) {
        version = shadow.reference.version
        percent = shadow.percent
        queue = shadow.queue
        compare = shadow.compare
        share = UInt64(min(max(shadow.percent / 100, 0), 1) * 0x1p32)
    }

    /// Whether a request is repeated to the shadow. The same draw decides for all shadows of a request,
    /// so that they are asked about the same ones as far as their shares allow, and independently of
    /// whether the canary answered.
    @inline(__always)
    package func takes(_ draw: UInt64) -> Bool { draw & 0xFFFF_FFFF < share }
}
