import ArgumentParser
import VigieController

/// A file of rollouts that a person has written.
struct RolloutFileOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .long],
        help: .init("YAML file of one ModelRollout or several.", valueName: "file"))
    var file: String

    /// All of the file, checked; what may not be meant is said on standard error.
    func read(_ versions: KnownVersions?) throws -> [WrittenRollout] {
        let text: String
        do { text = try TextFile.read(file) } catch let error as ValidationError {
            throw EditRefusal("--file: \(error.message)")
        }
        let written = try WrittenRollout.read(text, file: file)
        for document in written {
            do throws(EditRefusal) { try versions?.require(document.rollout.spec) } catch {
                throw EditRefusal("\(document.origin): \(error)")
            }
            for warning in document.warnings {
                StandardStream.error.write("warning: \(warning)\n")
            }
        }
        return written
    }
}

struct RolloutValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a file of rollouts, and say all that is wrong, with line and field.")

    @OptionGroup var file: RolloutFileOptions
    @OptionGroup var known: KnownVersionsOptions

    func run() throws {
        for written in try file.read(try known.versions()) {
            StandardStream.output.write(
                "\(written.origin): \(written.rollout.metadata.name) is valid\n")
        }
    }
}

struct RolloutApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make or replace the rollouts of a file, if all of them are valid.")

    @OptionGroup var place: RolloutPlaceOptions
    @OptionGroup var file: RolloutFileOptions
    @OptionGroup var known: KnownVersionsOptions

    func run() throws {
        let written = try file.read(try known.versions())
        let place = try place.place()
        // Who may not list rollouts may make one: pods and controller look at it again.
        let known = (try? place.all()) ?? []
        for document in written { try document.require(beside: known) }
        for document in written {
            let outcome = try place.put(document)
            StandardStream.output.write(
                "\(document.rollout.metadata.name) \(outcome.rawValue)\n")
        }
    }
}
