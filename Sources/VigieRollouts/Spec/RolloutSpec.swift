/// What an operator wants of one model: `spec` of a ModelRollout. Nobody but people writes it.
package struct RolloutSpec: Sendable, Equatable {
    /// The model's name in the registry.
    package var model: String
    package var stable: VersionReference
    /// The version on trial; nil when there is none.
    package var canary: VersionReference?
    package var shadows: [ShadowSpec] = []
    package var routing = RoutingSpec()
    package var strategy = StrategySpec()
    /// People other than the author who must approve before a promotion.
    package var approvalsRequired = 0
    /// Nothing advances while it is set.
    package var suspend = false
    /// The canary is out while it is set.
    package var abort = false
    /// The steps that are left are skipped. It counts for the canary during whose rollout it was set.
    package var promote = false

    package init(model: String, stable: VersionReference, canary: VersionReference? = nil) {
        self.model = model
        self.stable = stable
        self.canary = canary
    }
}
