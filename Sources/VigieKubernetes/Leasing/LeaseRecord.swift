import VigieEngine
import VigieRollouts

/// What a `Lease` (coordination.k8s.io/v1) says of who leads.
struct LeaseRecord: Sendable, Equatable {
    /// Empty when nobody leads: the last one has let go.
    var holder: String
    /// How long others wait after the last renewal that they saw.
    var duration: Duration
    var acquiredAt: WallTime?
    var renewedAt: WallTime?
    /// How often the holder has changed.
    var transitions: Int

    init(
        holder: String, duration: Duration, acquiredAt: WallTime?, renewedAt: WallTime?,
        transitions: Int
    ) {
        self.holder = holder
        self.duration = duration
        self.acquiredAt = acquiredAt
        self.renewedAt = renewedAt
        self.transitions = transitions
    }

    /// Reads `spec`; what somebody else wrote strangely counts as not written.
    init(spec: JSONValue) {
        holder = spec["holderIdentity"]?.string ?? ""
        let seconds = spec["leaseDurationSeconds"]?.integer ?? 0
        duration = .seconds(min(max(seconds, 0), 3600))
        acquiredAt = spec["acquireTime"]?.string.flatMap { WallTime($0) }
        renewedAt = spec["renewTime"]?.string.flatMap { WallTime($0) }
        transitions = max(0, spec["leaseTransitions"]?.integer ?? 0)
    }

    var spec: JSONValue {
        .object([
            "holderIdentity": .string(holder),
            "leaseDurationSeconds": .number(max(1, Int(duration.components.seconds))),
            "acquireTime": acquiredAt.map { .string(Self.microTime($0)) },
            "renewTime": renewedAt.map { .string(Self.microTime($0)) },
            "leaseTransitions": .number(transitions),
        ])
    }

    /// `metav1.MicroTime`: six digits of a second.
    private static func microTime(_ time: WallTime) -> String {
        time.description.dropLast() + "000Z"
    }
}
