/// Annotations by which people steer a rollout.
package enum RolloutAnnotation {
    /// Who made the rollout, and may not approve it.
    package static let author = "vigie.dev/author"
    /// With a number or anything else after it; the value is who approves, with "#<version>" after the
    /// name if it is meant for that canary alone.
    package static let approvedByPrefix = "vigie.dev/approved-by-"
    /// The index of the step whose pause is over; "#" and anything may follow, which makes it another
    /// one than that of a rollout before.
    package static let resume = "vigie.dev/resume"
    /// Anything that was not there before begins the rollout anew.
    package static let restart = "vigie.dev/restart"
}

/// Who approves of a canary, by the annotations of its rollout.
struct Approvals {
    private let annotations: [String: String]

    init(_ annotations: [String: String]) {
        self.annotations = annotations.filter {
            $0.key.hasPrefix(RolloutAnnotation.approvedByPrefix)
        }
    }

    /// All that there are, as ``RolloutStatus/staleApprovals`` remembers them, sorted.
    var all: [String] { annotations.map { Self.text($0.key, $0.value) }.sorted() }

    private static func text(_ key: String, _ value: String) -> String { "\(key)=\(value)" }

    /// People who approve of a canary, other than the author, each once, sorted. One whose approval was
    /// there when the rollout began is among them only if it names this version.
    func names(of canary: Int, stale: [String], author: String?) -> [String] {
        var names: Set<String> = []
        for (key, value) in annotations {
            let parts = value.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].filter { !$0.isWhitespace }
            guard !name.isEmpty, name.utf8.count <= RolloutLimits.textBytesMax, name != author
            else { continue }
            if parts.count == 2 {
                guard Int(parts[1]) == canary else { continue }
            } else if stale.contains(Self.text(key, value)) {
                continue
            }
            names.insert(name)
        }
        return names.sorted()
    }
}
