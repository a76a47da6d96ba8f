import ArgumentParser

/// `vigie rollout`: which version of a model answers whom, by the verbs of those who decide it.
struct RolloutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Say which version of a model answers whom: canary, promote, abort, undo, watch.",
        discussion: """
            Works on the ModelRollouts of a Kubernetes namespace ('--rollouts kubernetes', the \
            default) or of a folder of YAML files ('--rollouts DIR', or $VIGIE_ROLLOUTS), in which only \
            the fields concerned change: comments stay. Writes specifications and annotations alone; \
            the status is the controller's. Each verb says what has changed, from what to what.

            Ends with status 0 when it is done, 1 when it was refused or failed, 2 when 'watch --until' \
            did not see it in time, and 64 when the command line is wrong.
            """,
        subcommands: [
            RolloutListCommand.self, RolloutInspectCommand.self, RolloutHistoryCommand.self,
            RolloutCanaryCommand.self, RolloutShadowCommand.self, RolloutWeightCommand.self,
            RolloutPromoteCommand.self, RolloutAbortCommand.self, RolloutUndoCommand.self,
            RolloutSuspendCommand.self, RolloutResumeCommand.self, RolloutApproveCommand.self,
            RolloutWatchCommand.self, RolloutApplyCommand.self, RolloutValidateCommand.self,
        ],
        defaultSubcommand: RolloutListCommand.self)
}
