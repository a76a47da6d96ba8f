import ArgumentParser
import VigieController
import VigieEngine

struct RolloutListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List rollouts: who answers, who is on trial, how far it is.",
        aliases: ["ls"])

    @OptionGroup var place: RolloutPlaceOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let place = try place.place()
        let views = try place.all().map { RolloutView($0) }
        for problem in place.unreadable {
            StandardStream.error.write("warning: \(problem)\n")
        }
        try output.write(RolloutView.list(views), .array(views.map(\.json)))
    }
}

struct RolloutInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show one rollout: its specification, and what became of it.",
        aliases: ["get"])

    @OptionGroup var place: RolloutPlaceOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The rollout.") var name: String

    func run() throws {
        let view = RolloutView(try place.place().one(name))
        try output.write(view.text, view.json)
    }
}

struct RolloutHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show how the canaries of a rollout ended, the last first.")

    @OptionGroup var place: RolloutPlaceOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The rollout.") var name: String

    func run() throws {
        let view = RolloutView(try place.place().one(name))
        try output.write(view.history, view.historyJSON)
    }
}
