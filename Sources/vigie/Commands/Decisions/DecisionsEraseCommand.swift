import ArgumentParser
import VigieDecisions

struct DecisionsEraseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase the features of decisions, whose records stay and verify.",
        discussion: """
            What stands beside a record goes: the values, and the salt without which the digest in the \
            record tells nothing of them. In a file log that a pod is writing, the file that it writes \
            to is left alone; the command then ends with status 1.
            """)

    @OptionGroup var options: DecisionsOptions
    @OptionGroup var filter: DecisionsFilter

    func validate() throws {
        guard filter.id != nil || filter.requestId != nil || filter.until != nil else {
            throw ValidationError("Say whose: give --id, --request-id or --until.")
        }
    }

    func run() throws {
        var eraser = DecisionEraser(try options.place())
        try eraser.erase(try filter.query())
        StandardStream.output.write("erased the features of \(eraser.erased) decisions\n")
        guard eraser.left > 0 else { return }
        StandardStream.output.write(
            "\(eraser.left) are in the file that a pod is writing: erase them when it has begun "
                + "another, or has ended\n")
        throw ExitCode.failure
    }
}
