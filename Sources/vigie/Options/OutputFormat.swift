import ArgumentParser
import Glibc
import VigieController
import VigieEngine

/// How a command prints what it found: for people, or for programs.
struct OutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, yaml }

    @Option(
        name: [.customShort("o"), .long],
        help: .init("text, json or yaml.", valueName: "format"))
    var output = Format.text

    /// - Throws: when not all of it could be written: a program must not take half for the whole.
    func write(_ text: String, _ json: JSONValue) throws {
        let written =
            switch output {
            case .text: text
            case .json: JSONWriter.text(json)
            case .yaml: YAMLText.block(json)
            }
        guard StandardStream.output.write(written) else {
            throw OutputFailure(
                description: "cannot write to standard output: \(String(cString: strerror(errno)))")
        }
    }
}

/// What was found could not be told.
struct OutputFailure: Error, CustomStringConvertible {
    let description: String
}
