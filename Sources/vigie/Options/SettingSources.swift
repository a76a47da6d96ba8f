import ArgumentParser
import VigieCommandLine

/// A command that runs on as a server, whose settings may also stand in a file and in variables.
protocol SettingsCommand: ParsableCommand {
    /// Everything that a file or a variable may set, by the names that the command line has.
    static var settings: [Setting] { get }
}

/// Where a server's settings come from besides its command line. Each flag of `vigie serve` and `vigie
/// controller` can also be a key of a YAML file (`max-connections: 500`) or a variable (`VIGIE_MAX_CONNECTIONS=500`). The
/// command line wins over variables, variables win over the file.
///
/// Both are turned into flags in front of those that were typed, since of a repeated flag the last
/// one counts: so each setting has one name, one parser and one help text.
///
/// An error names the line or the variable that it comes from, since the flag in its text is one that
/// nobody typed.
struct SettingSources {
    private static let prefix = "VIGIE_"

    private let typed: TypedArguments
    private var found: [FoundSetting] = []

    init(arguments: [String]) { typed = TypedArguments(arguments) }

    /// Reads the file and the environment.
    mutating func look() throws {
        guard let command, !typed.asksForHelp else { return }
        let (standard, warnings) = try Self.standardSettings(of: command)
        for warning in warnings { StandardStream.error.write("\(name): \(warning)\n") }
        found =
            try standard + file(of: command)
            + SettingVariables.read(Self.prefix, command.settings)
    }

    /// "vigie serve", for messages.
    var name: String { "vigie" + (typed.all.first.map { " \($0)" } ?? "") }

    private var command: (any SettingsCommand.Type)? {
        let commands: [any SettingsCommand.Type] = [ServeCommand.self, ControllerCommand.self]
        return commands.first { $0.configuration.commandName == typed.all.first }
    }

    /// What `parse` makes of all settings together.
    func parse<Command>(_ parse: ([String]?) throws -> Command) throws -> Command {
        try SettingBlame.parse(found, message: { Vigie.message(for: $0) }) {
            try parse(completed($0))
        }
    }

    /// `failure` as a sentence, with the place of the setting whose flag it begins with.
    func naming(_ failure: StartFailure) -> String {
        let text = failure.description
        let source = found.last {
            text.hasPrefix("--\($0.name):") || text.hasPrefix("--\($0.name) ")
        }
        guard let source, !typed.has(source.name) else { return text }
        return "\(source.place): \(text)"
    }

    private func completed(_ found: [FoundSetting]) -> [String] {
        guard let command = typed.all.first else { return [] }
        return [command] + found.flatMap(\.flags) + typed.all.dropFirst()
    }

    /// What OpenTelemetry's own variables say.
    private static func standardSettings(
        of command: any SettingsCommand.Type
    ) throws -> (found: [FoundSetting], warnings: [String]) {
        guard command == ServeCommand.self else { return ([], []) }
        let (readings, warnings) = OTelVariables.read(SettingVariables.value)
        let found = try readings.map {
            try FoundSetting(Setting($0.setting), [$0.value], place: $0.variable)
        }
        return (found, warnings)
    }

    /// A file cannot name another, so `config` is none of a command's settings.
    private func file(of command: any SettingsCommand.Type) throws -> [FoundSetting] {
        let variable = Setting("config").variable(Self.prefix)
        guard let path = typed.value("config") ?? SettingVariables.value(variable) else {
            return []
        }
        let text: String
        do { text = try TextFile.read(path) } catch {
            throw ValidationError("--config or VIGIE_CONFIG: \(error)")
        }
        return try SettingsFile.read(
            text, path: path, settings: command.settings, example: "listen: 0.0.0.0:8500",
            help: "\(name) --help")
    }
}
