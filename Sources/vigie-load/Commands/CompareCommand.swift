import ArgumentParser
import VigieLoad

/// Two runs side by side.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Holds one JSON report against another.",
        discussion: "Exit code 1 when a figure got worse by more than --worse-max.")

    @Argument(help: "The earlier report.")
    var before: String

    @Argument(help: "The later one.")
    var after: String

    @Option(
        help: .init(
            "By how much a figure may get worse; default: as much as it likes.", valueName: "share")
    )
    var worseMax: Share?

    func run() throws {
        let comparison = try ReportComparison(
            before: File.read(before, option: "before"), after: File.read(after, option: "after"))
        Terminal.print(comparison.text + "\n")
        guard let worseMax else { return }
        let worse = comparison.regressions(over: worseMax.value)
        guard !worse.isEmpty else { return }
        let names = worse.map(\.name).joined(separator: ", ")
        Terminal.print("worse by more than \(worseMax.defaultValueDescription): \(names)\n")
        throw ExitCode(1)
    }
}
