/// Which traces are recorded, by the names and rules of OpenTelemetry's samplers.
public struct TraceSampler: Sendable, BitwiseCopyable, Equatable {
    /// Whether a trace whose caller has already decided is recorded as he decided.
    public let followsCaller: Bool
    /// Share of the other traces, 0 to 1.
    package let ratio: Double
    /// Traces whose identifier's last 64 bits are below this are recorded.
    @usableFromInline let bound: UInt64
    @usableFromInline let takesAll: Bool

    /// - Parameter ratio: clamped to 0 … 1; NaN is 0.
    package init(ratio: Double, followsCaller: Bool = true) {
        self.followsCaller = followsCaller
        let ratio = ratio > 0 ? min(ratio, 1) : 0
        self.ratio = ratio
        // The multiplication is exact: by a power of two.
        let scaled = (ratio * 0x1p64).rounded(.toNearestOrEven)
        takesAll = scaled >= 0x1p64
        bound = takesAll ? .max : UInt64(scaled)
    }

    package static let never = TraceSampler(ratio: 0, followsCaller: false)

    /// OpenTelemetry's TraceIdRatioBased: depends on the identifier alone, so that all services that
    /// see the trace decide alike, and a service with a higher ratio records all that one with a
    /// lower ratio does.
    @inlinable @inline(__always)
    public func takes(traceLow: UInt64) -> Bool { takesAll || traceLow < bound }

    /// Whether to record a call.
    /// - Parameters:
    ///   - caller: what the caller says; not valid when he says nothing.
    ///   - traceLow: of the trace, the caller's or a new one.
    @inlinable @inline(__always)
    public func takes(caller: TraceContext, traceLow: UInt64) -> Bool {
        followsCaller && caller.isValid ? caller.isSampled : takes(traceLow: traceLow)
    }
}

/// OpenTelemetry's names for samplers (`OTEL_TRACES_SAMPLER`).
package enum TraceSamplerName: String, CaseIterable, Sendable {
    case alwaysOn = "always_on"
    case alwaysOff = "always_off"
    case ratio = "traceidratio"
    case parentAlwaysOn = "parentbased_always_on"
    case parentAlwaysOff = "parentbased_always_off"
    case parentRatio = "parentbased_traceidratio"

    /// The sampler, with a ratio for those that have one.
    package func sampler(ratio: Double) -> TraceSampler {
        switch self {
        case .alwaysOn: TraceSampler(ratio: 1, followsCaller: false)
        case .alwaysOff: .never
        case .ratio: TraceSampler(ratio: ratio, followsCaller: false)
        case .parentAlwaysOn: TraceSampler(ratio: 1)
        case .parentAlwaysOff: TraceSampler(ratio: 0)
        case .parentRatio: TraceSampler(ratio: ratio)
        }
    }
}
