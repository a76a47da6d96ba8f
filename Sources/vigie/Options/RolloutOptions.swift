import ArgumentParser

/// Which version answers whom.
struct RolloutOptions: ParsableArguments {
    @Option(
        help: .init(
            "ModelRollouts: a folder of *.yaml files, read again when they change; without this, each model's newest version answers.",
            valueName: "dir"))
    var rollouts: String?
}
