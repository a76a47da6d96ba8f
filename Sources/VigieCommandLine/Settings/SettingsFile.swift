import ArgumentParser
import Yams

/// A YAML file of settings, `max-connections: 500` a line.
package enum SettingsFile {
    /// What `text` sets, in its order.
    /// - Parameters:
    ///   - path: of the file, for messages.
    ///   - ignored: keys that are for people.
    ///   - example: a line as it should look, for messages.
    ///   - help: what lists all settings: `vigie serve --help`.
    package static func read(
        _ text: String, path: String, settings: [Setting], ignored: Set<String> = [],
        example: String, help: String
    ) throws -> [FoundSetting] {
        let node: Node?
        do { node = try compose(yaml: text) } catch {
            throw ValidationError("\(path): not valid YAML: \(error)")
        }
        guard let node, node != Node("", Tag(.null)) else { return [] }
        guard let mapping = node.mapping else {
            throw ValidationError(
                "\(path): expected settings as 'name: value' lines, for example '\(example)'")
        }
        return try mapping.compactMap { key, value in
            let name = key.string ?? ""
            let place = path + (key.mark.map { ":\($0.line)" } ?? "")
            if ignored.contains(name) { return nil }
            guard let setting = settings.first(where: { $0.name == name }) else {
                throw ValidationError(
                    "\(place): unknown setting '\(name)'\(suggestion(name, settings))"
                        + "; '\(help)' lists them")
            }
            return try FoundSetting(setting, values(value, of: setting, place), place: place)
        }
    }

    private static func values(
        _ node: Node, of setting: Setting, _ place: String
    ) throws -> [String] {
        if let single = node.scalar?.string { return [single] }
        if setting.kind == .list, let items = node.sequence {
            let values = items.compactMap(\.scalar?.string)
            if values.count == items.count { return values }
        }
        throw ValidationError(
            "\(place): '\(setting.name)' must be a single value"
                + (setting.kind == .list ? " or a list of them" : ""))
    }

    private static func suggestion(_ name: String, _ settings: [Setting]) -> String {
        let plain = name.replacing("_", with: "-").lowercased()
        let match = settings.first { $0.name == plain || $0.name.hasPrefix(plain) }
        return match.map { " (did you mean '\($0.name)'?)" } ?? ""
    }
}
