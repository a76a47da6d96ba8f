import ArgumentParser
import Glibc
import Yams

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
    /// A setting that was not typed: what it stands for on the command line, and where it was found.
    private struct Found {
        let setting: Setting
        let flags: [String]
        /// `vigie.yaml:3` or `VIGIE_LOOPS`.
        let place: String

        init(_ setting: Setting, value: String, place: String) throws {
            guard let flags = setting.flags(value) else {
                throw ValidationError(
                    "\(place): '\(setting.name)' is true or false, not '\(value)'")
            }
            self.setting = setting
            self.flags = flags
            self.place = place
        }
    }

    private let arguments: [String]
    private var found: [Found] = []

    init(arguments: [String]) { self.arguments = arguments }

    /// Reads the file and the environment.
    mutating func look() throws {
        guard let command = Self.command(arguments), !Self.asksForHelp(arguments) else { return }
        let fromFile =
            try Self.configFile(arguments).map { try Self.settings(inFile: $0, of: command) } ?? []
        let (standard, warnings) = try Self.standardSettings(of: command)
        for warning in warnings { StandardStream.error.write("\(name): \(warning)\n") }
        found = try standard + fromFile + Self.settingsInEnvironment(of: command)
    }

    /// "vigie serve", for messages.
    var name: String { "vigie" + (arguments.first.map { " \($0)" } ?? "") }

    private static func command(_ arguments: [String]) -> (any SettingsCommand.Type)? {
        let commands: [any SettingsCommand.Type] = [ServeCommand.self, ControllerCommand.self]
        return commands.first { $0.configuration.commandName == arguments.first }
    }

    /// What `parse` makes of all settings together.
    func parse<Command>(_ parse: ([String]?) throws -> Command) throws -> Command {
        do { return try parse(completed(found)) } catch {
            // The place to blame is the one without which there is another error, or none.
            let text = Vigie.message(for: error)
            for (index, suspect) in found.enumerated() {
                var others = found
                others.remove(at: index)
                do {
                    _ = try parse(completed(others))
                } catch let other where Vigie.message(for: other) == text {
                    continue
                } catch {}
                throw ValidationError("\(suspect.place): \(text)")
            }
            throw error
        }
    }

    /// `failure` as a sentence, with the place of the setting whose flag it begins with.
    func naming(_ failure: StartFailure) -> String {
        let text = failure.description
        let isTyped = { (name: String) in
            arguments.contains { $0 == "--\(name)" || $0.hasPrefix("--\(name)=") }
        }
        let source = found.last {
            let flag = "--\($0.setting.name)"
            return text.hasPrefix(flag + ":") || text.hasPrefix(flag + " ")
        }
        guard let source, !isTyped(source.setting.name) else { return text }
        return "\(source.place): \(text)"
    }

    private func completed(_ found: [Found]) -> [String] {
        guard let command = arguments.first else { return [] }
        return [command] + found.flatMap(\.flags) + arguments.dropFirst()
    }

    private static func asksForHelp(_ arguments: [String]) -> Bool {
        !Set(arguments).isDisjoint(with: ["--help", "-h", "-help", "--version"])
    }

    /// A file cannot name another, so `config` is none of a command's settings.
    private static func configFile(_ typed: [String]) -> String? {
        if let index = typed.lastIndex(of: "--config"), index + 1 < typed.count {
            return typed[index + 1]
        }
        if let joined = typed.last(where: { $0.hasPrefix("--config=") }) {
            return String(joined.dropFirst("--config=".count))
        }
        return variable("config")
    }

    private static func variableName(_ setting: String) -> String {
        "VIGIE_" + setting.uppercased().replacing("-", with: "_")
    }

    private static func variable(_ setting: String) -> String? {
        getenv(variableName(setting)).map { String(cString: $0) }
    }

    /// Only names of settings are looked up: Kubernetes puts variables such as VIGIE_SERVICE_HOST
    /// into pods when a Service is called "vigie", and those are not ours.
    private static func settingsInEnvironment(
        of command: any SettingsCommand.Type
    ) throws -> [Found] {
        try command.settings.compactMap { setting in
            try variable(setting.name).map {
                try Found(setting, value: $0, place: variableName(setting.name))
            }
        }
    }

    /// What OpenTelemetry's own variables say.
    private static func standardSettings(
        of command: any SettingsCommand.Type
    ) throws -> (found: [Found], warnings: [String]) {
        guard command == ServeCommand.self else { return ([], []) }
        let (readings, warnings) = OTelVariables.read { getenv($0).map { String(cString: $0) } }
        let found = try readings.map {
            try Found(Setting($0.setting), value: $0.value, place: $0.variable)
        }
        return (found, warnings)
    }

    private static func settings(
        inFile path: String, of command: any SettingsCommand.Type
    ) throws -> [Found] {
        let text: String
        do { text = try TextFile.read(path) } catch {
            throw ValidationError("--config or VIGIE_CONFIG: \(error)")
        }
        let node: Node?
        do {
            node = try compose(yaml: text)
        } catch {
            throw ValidationError("\(path): not valid YAML: \(error)")
        }
        guard let node, node != Node("", Tag(.null)) else { return [] }
        guard let mapping = node.mapping else {
            throw ValidationError(
                "\(path): expected settings as 'name: value' lines, for example 'listen: 0.0.0.0:8500'"
            )
        }
        return try mapping.map { key, value in
            let name = key.string ?? ""
            let line = key.mark.map { ":\($0.line)" } ?? ""
            guard let setting = command.settings.first(where: { $0.name == name }) else {
                throw ValidationError(
                    "\(path)\(line): unknown setting '\(name)'"
                        + suggestion(name, command.settings)
                        + "; 'vigie \(command.configuration.commandName ?? "") --help' lists them")
            }
            guard let scalar = value.scalar?.string else {
                throw ValidationError("\(path)\(line): '\(name)' must be a single value")
            }
            return try Found(setting, value: scalar, place: path + line)
        }
    }

    private static func suggestion(_ name: String, _ settings: [Setting]) -> String {
        let plain = name.replacing("_", with: "-").lowercased()
        let match = settings.first { $0.name == plain || $0.name.hasPrefix(plain) }
        return match.map { " (did you mean '\($0.name)'?)" } ?? ""
    }
}

/// One setting of a command.
struct Setting: Sendable {
    let name: String
    /// `--name` / `--no-name` instead of `--name value`.
    let isSwitch: Bool

    init(_ name: String, isSwitch: Bool = false) {
        self.name = name
        self.isSwitch = isSwitch
    }

    /// The flag that says `value`; nil for a switch's value that is no yes or no.
    func flags(_ value: String) -> [String]? {
        guard isSwitch else { return ["--\(name)=\(value)"] }
        switch value.lowercased() {
        case "true", "yes", "on", "1": return ["--\(name)"]
        case "false", "no", "off", "0", "": return ["--no-\(name)"]
        default: return nil
        }
    }
}
