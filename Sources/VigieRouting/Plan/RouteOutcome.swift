import VigieTelemetry

/// One of the answers that a ``RoutePlan`` may give: which version is asked, as what, and why.
package struct RouteOutcome: Sendable, Hashable {
    package let version: Int
    package let arm: Arm
    /// As answers say it: see ``RouteReason``.
    package let route: String

    package init(version: Int, arm: Arm, route: String) {
        self.version = version
        self.arm = arm
        self.route = route
    }
}

/// Why a version answers, as answers say it in `vigie-route`.
package enum RouteReason {
    /// There was nothing to choose.
    package static let normal = "default"
    /// The request drew a number.
    package static let weight = "weight"
    /// The caller's key decided.
    package static let sticky = "sticky"
    /// The request must not go to the canary.
    package static let excluded = "excluded"
    /// The caller named the version.
    package static let pinned = "pinned"
    /// The canary was chosen, but the pod's guard has taken it out.
    package static let guarded = "guard"
    /// The version that was chosen is not loaded in this pod.
    package static let notLoaded = "not-loaded"

    /// A rule decided.
    package static func rule(_ name: String) -> String { "rule:\(name)" }
}
