import VigieRouting

/// The table of one rollout.
func routeTable(_ plan: RoutePlan, canary: CanaryState? = nil) -> RouteTable {
    RouteTable([plan.model: ModelRoute(rollout: "fraud", plan: plan, canary: canary)])
}
