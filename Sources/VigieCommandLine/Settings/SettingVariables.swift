import Glibc

/// Settings in the environment.
package enum SettingVariables {
    /// Only names of settings are looked up: Kubernetes puts variables such as VIGIE_SERVICE_HOST
    /// into pods when a Service is called "vigie", and those are not ours. Of a list, each line is a value.
    package static func read(_ prefix: String, _ settings: [Setting]) throws -> [FoundSetting] {
        try settings.compactMap { setting in
            let variable = setting.variable(prefix)
            guard let text = value(variable) else { return nil }
            let values =
                setting.kind == .list
                ? text.split(whereSeparator: \.isNewline).map(String.init) : [text]
            return try FoundSetting(setting, values, place: variable)
        }
    }

    /// A variable's text; nil when it is not set.
    package static func value(_ variable: String) -> String? {
        getenv(variable).map { String(cString: $0) }
    }
}
