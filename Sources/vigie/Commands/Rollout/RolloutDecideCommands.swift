import ArgumentParser
import VigieController
import VigieRollouts

struct RolloutPromoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Make the canary the stable version, past the steps that are left.",
        discussion: """
            The controller does so when no analysis has failed and approvals are there. A canary that \
            has passed already is written to spec.stable.
            """)

    @OptionGroup var place: RolloutPlaceOptions
    @OptionGroup var known: KnownVersionsOptions
    @Flag(
        help:
            "Without a controller: spec.stable names the canary at once, past steps and analyses.")
    var now = false
    @Argument(help: "The rollout.") var name: String

    func run() throws {
        let versions = try known.versions()
        try place.change(name) { (rollout) throws(EditRefusal) in
            let edit = try RolloutEdit.promote(rollout, now: now)
            if let canary = rollout.rollout.spec.canary {
                try versions?.require(
                    canary.version, of: rollout.rollout.spec.model, field: "spec.canary.version")
            }
            return edit
        }
    }
}

struct RolloutAbortCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "Take the canary out; the stable version answers all.")

    @OptionGroup var place: RolloutPlaceOptions
    @Argument(help: "The rollout.") var name: String

    func run() throws { try place.change(name, RolloutEdit.abort) }
}

struct RolloutUndoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Take back the last thing: the canary on trial, else the last promotion.",
        discussion: """
            A canary on trial, or one that was promoted and is not written to spec.stable yet, is out. \
            Without one, spec.stable names the version before the last promotion in status.history.
            """)

    @OptionGroup var place: RolloutPlaceOptions
    @Argument(help: "The rollout.") var name: String

    func run() throws { try place.change(name, RolloutEdit.undo) }
}

struct RolloutSuspendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Hold everything: no step, no promotion.")

    @OptionGroup var place: RolloutPlaceOptions
    @Argument(help: "The rollout.") var name: String

    func run() throws { try place.change(name, RolloutEdit.suspend) }
}

struct RolloutResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let it go on after 'suspend', an indefinite pause, or a paused analysis.")

    @OptionGroup var place: RolloutPlaceOptions
    @Argument(help: "The rollout.") var name: String

    func run() throws {
        try place.change(name) { (rollout) throws(EditRefusal) in
            try RolloutEdit.resume(rollout, at: .now())
        }
    }
}

struct RolloutApproveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Agree with the promotion of this canary; its author cannot.")

    @OptionGroup var place: RolloutPlaceOptions
    @Option(name: .customLong("as"), help: .init("Who approves.", valueName: "user"))
    var user: String
    @Argument(help: "The rollout.") var name: String

    func run() throws {
        try place.change(name) { (rollout) throws(EditRefusal) in
            try RolloutEdit.approve(rollout, as: user)
        }
    }
}
