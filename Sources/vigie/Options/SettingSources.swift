import ArgumentParser
import Glibc
import Yams

/// Where a pod's settings come from besides its command line. Each flag of `vigie serve` can also be
/// a key of a YAML file (`max-connections: 500`) or a variable (`VIGIE_MAX_CONNECTIONS=500`). The
/// command line wins over variables, variables win over the file.
///
/// Both are turned into flags in front of those that were typed, since of a repeated flag the last
/// one counts: so each setting has one name, one parser and one help text.
enum SettingSources {
    /// `arguments` with what the file and the environment say in front.
    static func completed(_ arguments: [String]) throws -> [String] {
        guard arguments.first == "serve", !asksForHelp(arguments) else { return arguments }
        let typed = Array(arguments.dropFirst())
        let file = configFile(typed)
        let fromFile = try file.map(flags(inFile:)) ?? []
        return ["serve"] + fromFile + flagsInEnvironment() + typed
    }

    private static func asksForHelp(_ arguments: [String]) -> Bool {
        !Set(arguments).isDisjoint(with: ["--help", "-h", "-help", "--version"])
    }

    private static func configFile(_ typed: [String]) -> String? {
        if let index = typed.lastIndex(of: "--config"), index + 1 < typed.count {
            return typed[index + 1]
        }
        if let joined = typed.last(where: { $0.hasPrefix("--config=") }) {
            return String(joined.dropFirst("--config=".count))
        }
        return variable("config")
    }

    private static func variable(_ setting: String) -> String? {
        let name = "VIGIE_" + setting.uppercased().replacing("-", with: "_")
        return getenv(name).map { String(cString: $0) }
    }

    /// Only names of settings are looked up: Kubernetes puts variables such as VIGIE_SERVICE_HOST
    /// into pods when a Service is called "vigie", and those are not ours.
    private static func flagsInEnvironment() -> [String] {
        ServeCommand.settings.flatMap { setting in
            variable(setting.name).map { setting.flags($0) } ?? []
        }
    }

    private static func flags(inFile path: String) throws -> [String] {
        let text = try TextFile.read(path)
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
        return try mapping.flatMap { key, value in
            let name = key.string ?? ""
            let line = key.mark.map { ":\($0.line)" } ?? ""
            guard let setting = ServeCommand.settings.first(where: { $0.name == name }) else {
                throw ValidationError(
                    "\(path)\(line): unknown setting '\(name)'\(suggestion(name)); "
                        + "'vigie serve --help' lists them")
            }
            guard let scalar = value.scalar?.string else {
                throw ValidationError("\(path)\(line): '\(name)' must be a single value")
            }
            return setting.flags(scalar)
        }
    }

    private static func suggestion(_ name: String) -> String {
        let plain = name.replacing("_", with: "-").lowercased()
        let match = ServeCommand.settings.first { $0.name == plain || $0.name.hasPrefix(plain) }
        return match.map { " (did you mean '\($0.name)'?)" } ?? ""
    }
}

/// One setting of `vigie serve`.
struct Setting: Sendable {
    let name: String
    /// `--name` / `--no-name` instead of `--name value`.
    let isSwitch: Bool

    init(_ name: String, isSwitch: Bool = false) {
        self.name = name
        self.isSwitch = isSwitch
    }

    /// The flag that says `value`; a switch's value that is no yes or no is left to the parser to
    /// refuse.
    func flags(_ value: String) -> [String] {
        guard isSwitch else { return ["--\(name)=\(value)"] }
        switch value.lowercased() {
        case "true", "yes", "on", "1": return ["--\(name)"]
        case "false", "no", "off", "0", "": return ["--no-\(name)"]
        default: return ["--\(name)=\(value)"]
        }
    }
}
