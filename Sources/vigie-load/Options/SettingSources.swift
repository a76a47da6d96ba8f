import ArgumentParser
import VigieCommandLine
import VigieLoad

/// Where a run's settings come from besides the command line: a scenario (`--scenario FILE`, YAML,
/// `rate: 500`) and variables (`VIGIE_LOAD_RATE=500`). The command line wins over variables, variables
/// over the scenario; of settings that may come more than once, the strongest source gives all.
///
/// All are turned into flags in front of those that were typed, so that each setting has one name,
/// one parser and one help text.
struct SettingSources {
    private static let prefix = "VIGIE_LOAD_"

    private let typed: TypedArguments
    /// In the order in which they are to be looked at.
    private var found: [FoundSetting] = []

    init(arguments: [String]) { typed = TypedArguments(arguments) }

    /// What `parse` makes of all settings together. An error of one that was not typed names the place
    /// where it stands.
    func parse<Command>(_ parse: ([String]?) throws -> Command) throws -> Command {
        try SettingBlame.parse(found, message: { VigieLoadCommand.message(for: $0) }) {
            try parse(completed($0))
        }
    }

    /// The command line with these settings in front.
    private func completed(_ found: [FoundSetting]) -> [String] {
        guard isRun else { return typed.all }
        let rest = typed.all.first == "run" ? Array(typed.all.dropFirst()) : typed.all
        return ["run"] + found.flatMap(\.flags) + rest
    }

    private var isRun: Bool {
        typed.all.first != "compare" && typed.all.first != "help" && !typed.asksForHelp
    }

    /// Reads the scenario and the environment.
    mutating func look() throws {
        guard isRun else { return }
        let variables = try SettingVariables.read(Self.prefix, RunSettings.all)
        for found in Self.merged(try scenario(), variables) {
            // Patterns of arrivals exclude each other: one that is typed takes the place of another.
            let isReplaced =
                RunSettings.patterns.contains(found.name)
                && RunSettings.patterns.contains(where: typed.has)
            let isListTyped = found.setting.kind == .list && typed.has(found.name)
            guard !isReplaced, !isListTyped else { continue }
            if found.name == "target" { try checkTarget(found) }
            self.found.append(found)
        }
    }

    /// Another machine is loaded only when somebody has typed its name.
    private func checkTarget(_ found: FoundSetting) throws {
        guard !typed.has("target"), let value = found.values.last, !Loopback.isLoopback(value)
        else { return }
        throw ValidationError(
            "\(found.place): target '\(value)' is another machine: name it with --target on the command line"
        )
    }

    /// The environment's word over the scenario's; its pattern of arrivals over another there.
    private static func merged(
        _ scenario: [FoundSetting], _ variables: [FoundSetting]
    ) -> [FoundSetting] {
        let names = Set(variables.map(\.name))
        let patterns = RunSettings.patterns
        let hasPattern = !names.isDisjoint(with: patterns)
        return scenario.filter {
            !names.contains($0.name) && !(hasPattern && patterns.contains($0.name))
        } + variables
    }

    private func scenario() throws -> [FoundSetting] {
        let variable = Setting("scenario").variable(Self.prefix)
        guard let path = typed.value("scenario") ?? SettingVariables.value(variable) else {
            return []
        }
        return try SettingsFile.read(
            File.read(path, option: "--scenario"), path: path, settings: RunSettings.all,
            ignored: ["description"], example: "rate: 500", help: "vigie-load --help")
    }
}
