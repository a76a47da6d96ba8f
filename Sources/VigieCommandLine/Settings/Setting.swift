/// Something that a file or a variable may set, by the name that the command line has.
package struct Setting: Sendable {
    package enum Kind: Sendable {
        /// `--name=value`.
        case value
        /// `--name` or `--no-name`.
        case toggle
        /// `--name=value`, more than once.
        case list
    }

    package let name: String
    package let kind: Kind

    package init(_ name: String, _ kind: Kind = .value) {
        self.name = name
        self.kind = kind
    }

    /// The flags that say `values`; nil for a toggle's value that is no yes or no.
    package func flags(_ values: [String]) -> [String]? {
        guard kind == .toggle else { return values.map { "--\(name)=\($0)" } }
        switch values.last?.lowercased() {
        case "true", "yes", "on", "1": return ["--\(name)"]
        case "false", "no", "off", "0", "": return ["--no-\(name)"]
        default: return nil
        }
    }

    /// The variable that sets it: `VIGIE_MAX_CONNECTIONS`.
    package func variable(_ prefix: String) -> String {
        prefix + name.uppercased().replacing("-", with: "_")
    }
}
