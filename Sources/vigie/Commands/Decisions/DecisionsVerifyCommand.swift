import ArgumentParser
import VigieDecisions

struct DecisionsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Recompute the whole chain.",
        discussion: "Ends with status 1 when a record is not sound, and names the first.")

    @OptionGroup var options: DecisionsOptions
    @Option(help: .init("File of the key that signs checkpoints.", valueName: "file"))
    var key: String?

    func run() throws {
        let check = try ChainCheck(
            try options.place(), key: try key.map { try DecisionKey.read($0) } ?? [])
        for note in check.notes { StandardStream.output.write("note: \(note)\n") }
        for end in check.ends {
            let chain = end.chain.isEmpty ? "" : "chain '\(end.chain)': "
            StandardStream.output.write("\(chain)ends at record \(end.sequence), \(end.hash)\n")
        }
        if let problem = check.problem {
            StandardStream.output.write("NOT SOUND: \(problem)\n")
            throw ExitCode.failure
        }
        StandardStream.output.write("sound: \(check.records) records\n")
    }
}
