import VigieTelemetry

/// What has been seen of a canary in this step, and of the stable version beside it.
package struct CanaryView: Sendable {
    /// The canary's part in this step.
    package let arm: Arm
    package let canary: ArmReport?
    package let stable: ArmReport?
    /// The canary as a shadow of the stable version.
    package let shadow: ShadowReport?

    /// - Parameter isShadowing: whether the step repeats requests to the canary, which answers none.
    package init(
        _ report: RolloutReport?, canary: Int, stable: Int, isShadowing: Bool
    ) {
        arm = isShadowing ? .shadow : .canary
        self.canary = report?.arm(arm, canary)
        self.stable = report?.arm(.stable, stable)
        shadow = report?.shadow(canary, against: stable)
    }

    /// Requests that the canary was given in this step, as a shadow or to answer.
    package var requests: Int { Int(clamping: canary?.requests ?? 0) }

    /// The share of the canary's requests that failed, and of those that it found wrong what is over
    /// and above the stable version's share: wrong requests are their callers' fault, unless only the
    /// canary thinks so. Nil without requests.
    package var errorRate: Double? {
        guard let canary, let rate = canary.errorRate else { return nil }
        return rate + max(0, canary.rejectionRate - (stable?.rejectionRate ?? 0))
    }
}
