import ArgumentParser
import VigieController
import VigieRollouts

struct RolloutCanaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "canary",
        abstract: "Put a version on trial beside the stable one.",
        discussion: """
            The steps of the strategy move its weight, if there are some; --weight does so by hand. A \
            version that was promoted, and is not written to spec.stable yet, is so now. A version that \
            is out is tried again.
            """)

    @OptionGroup var place: RolloutPlaceOptions
    @OptionGroup var known: KnownVersionsOptions
    @Option(help: .init("Its share: 5%, or 500 basis points.", valueName: "share"))
    var weight: String?
    @Option(
        help: .init(
            "Steps in the place of those that there are: 'shadow:10m,1%:10m,10%:indefinite,50%', a pause behind each.",
            valueName: "steps"))
    var steps: String?
    @Option(help: .init("Requests that each of --steps must see.", valueName: "count"))
    var minimumRequests = 0
    @Argument(help: "The rollout.") var name: String
    @Argument(help: "The version.") var version: Int

    func validate() throws {
        if let weight, TypedShare.basisPoints(weight) == nil {
            throw ValidationError("--weight is '\(weight)'; it must be \(TypedShare.rule).")
        }
        if let steps, StepSpec.list(typed: steps) == nil {
            throw ValidationError("--steps is '\(steps)'; it must be \(StepSpec.typedRule).")
        }
        guard minimumRequests >= 0 else {
            throw ValidationError("--minimum-requests is \(minimumRequests); it must be 0 or more.")
        }
    }

    func run() throws {
        let versions = try known.versions()
        let weight = weight.flatMap(TypedShare.basisPoints)
        let steps =
            steps.flatMap { StepSpec.list(typed: $0, minimumRequests: minimumRequests) } ?? []
        try place.change(name) { (rollout) throws(EditRefusal) in
            let edit = try RolloutEdit.canary(
                rollout, version, weight: weight, steps: steps, at: .now())
            try versions?.require(
                version, of: rollout.rollout.spec.model, field: "spec.canary.version")
            return edit
        }
    }
}

struct RolloutShadowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shadow",
        abstract: "Repeat requests to a version whose answers go to nobody, and compare them.")

    @OptionGroup var place: RolloutPlaceOptions
    @OptionGroup var known: KnownVersionsOptions
    @Option(help: .init("The share of the requests, 0 to 100.", valueName: "percent"))
    var percent = "100"
    @Flag(help: "Ask it no more.") var remove = false
    @Argument(help: "The rollout.") var name: String
    @Argument(help: "The version.") var version: Int

    func validate() throws {
        guard TypedShare.percent(percent) != nil else {
            throw ValidationError("--percent is '\(percent)'; it must be from 0 to 100.")
        }
    }

    func run() throws {
        let versions = remove ? nil : try known.versions()
        let percent = remove ? nil : TypedShare.percent(percent)
        try place.change(name) { (rollout) throws(EditRefusal) in
            let edit = try RolloutEdit.shadow(rollout, version, percent: percent)
            try versions?.require(
                version, of: rollout.rollout.spec.model, field: "spec.shadows version")
            return edit
        }
    }
}

struct RolloutWeightCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weight",
        abstract: "Move the canary's share by hand, or give it back to the steps.")

    @OptionGroup var place: RolloutPlaceOptions
    @Argument(help: "The rollout.") var name: String
    @Argument(help: .init("5%, 500 (basis points), or 'steps'.", valueName: "share"))
    var share: String

    func validate() throws {
        guard share == "steps" || TypedShare.basisPoints(share) != nil else {
            throw ValidationError(
                "spec.routing.weight is '\(share)'; it must be \(TypedShare.rule), or 'steps'.")
        }
    }

    func run() throws {
        let weight = share == "steps" ? nil : TypedShare.basisPoints(share)
        try place.change(name) { (rollout) throws(EditRefusal) in
            try RolloutEdit.weight(rollout, weight)
        }
    }
}
