import Testing

@testable import VigieTelemetry

struct DisagreementTests {
    @Test func threads_are_added_up_and_distances_are_shares() throws {
        let loops = [DisagreementCounters(), DisagreementCounters()]
        loops[0].compare(live: 0.10, shadow: 0.13, decidesOtherwise: false)
        loops[1].compare(live: 0.5, shadow: 0.1, decidesOtherwise: true)
        loops[1].compare(live: 0.5, shadow: .nan, decidesOtherwise: true)
        loops[1].failed.add(1)
        let families = DisagreementCounters.families([
            ([MetricLabel("model", "m"), MetricLabel("arm", "shadow")], loops)
        ])
        let text = String(decoding: Exposition.bytes(families, as: .text), as: UTF8.self)
        for line in [
            "vigie_shadow_compared_total{model=\"m\",arm=\"shadow\"} 3",
            "vigie_shadow_disagreements_total{model=\"m\",arm=\"shadow\"} 2",
            "vigie_shadow_failures_total{model=\"m\",arm=\"shadow\"} 1",
            "vigie_shadow_distance_ratio_bucket{model=\"m\",arm=\"shadow\",le=\"0.05\"} 1",
            "vigie_shadow_distance_ratio_bucket{model=\"m\",arm=\"shadow\",le=\"0.4\"} 2",
            "vigie_shadow_distance_ratio_sum{model=\"m\",arm=\"shadow\"} 0.43",
        ] { #expect(text.contains(line + "\n"), "\(line)") }
    }
}
