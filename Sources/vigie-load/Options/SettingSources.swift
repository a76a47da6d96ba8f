import ArgumentParser
import Glibc
import VigieLoad
import Yams

/// Where a run's settings come from besides the command line: a scenario (`--scenario FILE`, YAML,
/// `rate: 500`) and variables (`VIGIE_LOAD_RATE=500`). The command line wins over variables, variables
/// over the scenario; of settings that may come more than once, the strongest source gives all.
///
/// All are turned into flags in front of those that were typed, so that each setting has one name,
/// one parser and one help text.
struct SettingSources {
    private let arguments: [String]
    /// In the order in which they are to be looked at.
    private var found: [Found] = []

    init(arguments: [String]) { self.arguments = arguments }

    /// What `parse` makes of all settings together. An error of one that was not typed names the place
    /// where it stands: the one without which there is another error, or none.
    func parse<Command>(_ parse: ([String]?) throws -> Command) throws -> Command {
        do { return try parse(completed(found)) } catch {
            let text = VigieLoadCommand.message(for: error)
            for (index, suspect) in found.enumerated() {
                var others = found
                others.remove(at: index)
                do {
                    _ = try parse(completed(others))
                } catch let other where VigieLoadCommand.message(for: other) == text {
                    continue
                } catch {}
                throw ValidationError("\(suspect.place): \(text)")
            }
            throw error
        }
    }

    /// The command line with these settings in front.
    private func completed(_ found: [Found]) -> [String] {
        guard isRun else { return arguments }
        let typed = arguments.first == "run" ? Array(arguments.dropFirst()) : arguments
        return ["run"] + found.flatMap(\.flags) + typed
    }

    private var isRun: Bool {
        let asksForHelp = !Set(arguments).isDisjoint(with: ["--help", "-h", "-help", "--version"])
        return arguments.first != "compare" && arguments.first != "help" && !asksForHelp
    }

    /// Reads the scenario and the environment.
    mutating func look() throws {
        guard isRun else { return }
        let file =
            typedValue("scenario") ?? getenv("VIGIE_LOAD_SCENARIO").map { String(cString: $0) }
        let scenario = try file.map { try Self.scenario($0) } ?? []
        let variables = try Self.variables()
        for (name, found) in Self.merged(scenario, variables) {
            // Patterns of arrivals exclude each other: one that is typed takes the place of another.
            let isReplaced =
                Self.patterns.contains(name) && Self.patterns.contains(where: isTyped)
            let isListTyped = Setting.known[name] == .list && isTyped(name)
            guard !isReplaced, !isListTyped else { continue }
            if name == "target" { try checkTarget(found) }
            self.found.append(found)
        }
    }

    private static let patterns: Set<String> = [
        "rate", "ramp", "steps", "spike", "replay", "closed",
    ]

    private func isTyped(_ name: String) -> Bool {
        arguments.contains {
            $0 == "--\(name)" || $0.hasPrefix("--\(name)=") || $0 == "--no-\(name)"
        }
    }

    private func typedValue(_ name: String) -> String? {
        if let index = arguments.lastIndex(of: "--\(name)"), index + 1 < arguments.count {
            return arguments[index + 1]
        }
        let joined = arguments.last { $0.hasPrefix("--\(name)=") }
        return joined.map { String($0.dropFirst("--\(name)=".count)) }
    }

    /// Another machine is loaded only when somebody has typed its name.
    private func checkTarget(_ found: Found) throws {
        guard !isTyped("target"), let value = found.values.last, !Loopback.isLoopback(value) else {
            return
        }
        throw ValidationError(
            "\(found.place): target '\(value)' is another machine: name it with --target on the command line"
        )
    }

    // MARK: Found settings

    struct Found {
        let place: String
        let values: [String]
        let flags: [String]

        init(_ name: String, _ values: [String], place: String) throws {
            self.place = place
            self.values = values
            switch Setting.known[name] {
            case .toggle:
                guard let value = values.last, let isOn = Self.yes(value) else {
                    throw ValidationError("\(place): '\(name)' is true or false")
                }
                flags = [isOn ? "--\(name)" : "--no-\(name)"]
            default: flags = values.map { "--\(name)=\($0)" }
            }
        }

        private static func yes(_ text: String) -> Bool? {
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0", "": false
            default: nil
            }
        }
    }

    /// The environment's word over the scenario's; its pattern of arrivals over another there.
    private static func merged(
        _ scenario: [(String, Found)], _ variables: [(String, Found)]
    ) -> [(String, Found)] {
        let names = Set(variables.map(\.0))
        let hasPattern = !names.isDisjoint(with: patterns)
        return scenario.filter { !names.contains($0.0) && !(hasPattern && patterns.contains($0.0)) }
            + variables
    }

    private static func variables() throws -> [(String, Found)] {
        try Setting.known.keys.sorted().compactMap { name in
            let variable = "VIGIE_LOAD_" + name.uppercased().replacing("-", with: "_")
            guard let raw = getenv(variable) else { return nil }
            let text = String(cString: raw)
            // Several values of one setting come a line each.
            let values =
                Setting.known[name] == .list
                ? text.split(whereSeparator: \.isNewline).map(String.init) : [text]
            return (name, try Found(name, values, place: variable))
        }
    }

    private static func scenario(_ path: String) throws -> [(String, Found)] {
        let text = try File.read(path, option: "--scenario")
        let node: Node?
        do { node = try compose(yaml: text) } catch {
            throw ValidationError("\(path): not valid YAML: \(error)")
        }
        guard let mapping = node?.mapping else {
            throw ValidationError("\(path): expected settings as 'name: value' lines: 'rate: 500'")
        }
        var all: [(String, Found)] = []
        for (key, value) in mapping {
            let name = key.string ?? ""
            let place = path + (key.mark.map { ":\($0.line)" } ?? "")
            if name == "description" { continue }
            guard let kind = Setting.known[name] else {
                throw ValidationError(
                    "\(place): unknown setting '\(name)'; 'vigie-load --help' lists them")
            }
            let values = value.sequence?.compactMap(\.scalar?.string)
            if let values, kind == .list, values.count == value.sequence?.count {
                all.append((name, try Found(name, values, place: place)))
            } else if let single = value.scalar?.string {
                all.append((name, try Found(name, [single], place: place)))
            } else {
                throw ValidationError(
                    "\(place): '\(name)' must be a single value"
                        + (kind == .list ? " or a list of them" : ""))
            }
        }
        return all
    }
}
