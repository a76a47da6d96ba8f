import ArgumentParser

/// A setting that was not typed: what it stands for on the command line, and where it was found.
package struct FoundSetting: Sendable {
    package let setting: Setting
    package let values: [String]
    package let flags: [String]
    /// `vigie.yaml:3` or `VIGIE_LOOPS`, for messages.
    package let place: String

    package var name: String { setting.name }

    /// Throws when `values` are none that the setting can have.
    package init(_ setting: Setting, _ values: [String], place: String) throws {
        guard let flags = setting.flags(values) else {
            throw ValidationError(
                "\(place): '\(setting.name)' is true or false, not '\(values.last ?? "")'")
        }
        self.setting = setting
        self.values = values
        self.flags = flags
        self.place = place
    }
}
