/// How much a call matters when not all can be answered: the caller says it in the metadata key
/// `vigie-priority`.
///
/// The classes are those of B. Beyer et al., "Site Reliability Engineering" (2016), chapter 21
/// "Handling Overload", less the finest one. Each has a share of what a server takes on at once: under
/// load the lowest is turned away first, and the highest only when it alone is too much.
package enum CallPriority: UInt8, CaseIterable, Sendable, Comparable {
    /// Work that can wait: re-scoring a portfolio, a backfill. "batch".
    case batch
    /// What callers get that say nothing. "normal".
    case normal
    /// A payment that waits for its answer. "critical".
    case critical

    /// The metadata key.
    package static let metadataKey: StaticString = "vigie-priority"

    /// The key's value.
    package var label: String {
        switch self {
        case .batch: "batch"
        case .normal: "normal"
        case .critical: "critical"
        }
    }

    /// The class that `label` names; nil for none of them.
    package init?(label: String) {
        guard let named = Self.allCases.first(where: { $0.label == label }) else { return nil }
        self = named
    }

    /// The part of a limit up to which calls of the class are admitted.
    package var share: Double {
        switch self {
        case .batch: 0.4
        case .normal: 0.8
        case .critical: 1
        }
    }

    package static func < (left: CallPriority, right: CallPriority) -> Bool {
        left.rawValue < right.rawValue
    }
}
