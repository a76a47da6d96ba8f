import ArgumentParser
import VigieCommandLine
import VigieDecisions
import VigieEngine
import VigieRegistry

struct DecisionsReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Make decisions again with the versions that made them, and compare bit for bit.",
        discussion: """
            A version of the registry whose manifest has another digest is refused. Where only the \
            features' digest was kept, show them with --inputs: a file of JSON lines, each with \
            "values" (by name) or "inputs" (tensors), and the "id" or "requestId" of its decision \
            unless it is for all. Ends with status 1 when a decision is different or could not be \
            made again.
            """)

    @OptionGroup var options: DecisionsOptions
    @OptionGroup var registry: ModelsOptions
    @OptionGroup var filter: DecisionsFilter
    @Option(help: .init("The features, where they were not kept.", valueName: "file"))
    var inputs: String?

    func run() throws {
        let shown = try shownInputs()
        let replay = Replay(try registry.source())
        var (same, different, impossible, errors) = (0, 0, 0, 0)
        let reader = DecisionReader(try options.place())
        try reader.find(try filter.query()) { record throws(DecisionError) in
            let fields = record.fields
            let id = fields?["id"]?.string ?? ""
            let request = fields?["requestId"]?.string ?? ""
            switch replay.replay(record, shown: shown[id] ?? shown[request] ?? shown[""]) {
            case .same: same += 1
            case .notADecision: errors += 1
            case .different(let what):
                different += 1
                StandardStream.output.write("\(id) DIFFERENT: \(what)\n")
            case .impossible(let why):
                impossible += 1
                StandardStream.output.write("\(id) NOT REPLAYED: \(why)\n")
            }
            return true
        }
        StandardStream.output.write(
            "\(same) the same bit for bit, \(different) different, \(impossible) not replayed, "
                + "\(errors) were errors\n")
        if different + impossible > 0 || same == 0 { throw ExitCode.failure }
    }

    private func shownInputs() throws -> [String: ReplayInputs] {
        guard let inputs else { return [:] }
        var shown: [String: ReplayInputs] = [:]
        let text = try TextFile.read(inputs)
        for (index, line) in text.fileLines.enumerated()
        where line.contains(where: { !$0.isWhitespace }) {
            guard let json = try? JSONParser.parse(String(line)), let one = ReplayInputs(json)
            else {
                throw ValidationError(
                    "\(inputs):\(index + 1): must be a JSON object with \"values\" or \"inputs\".")
            }
            shown[json["id"]?.string ?? json["requestId"]?.string ?? ""] = one
        }
        return shown
    }
}
