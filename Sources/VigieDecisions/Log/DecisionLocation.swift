/// Where a decision log is.
package enum DecisionLocation: Sendable, Equatable, CustomStringConvertible {
    /// A folder of segments of JSON lines.
    case file(String)
    /// A database file.
    case sqlite(String)
    /// What libpq connects by: a URI or `key=value` pairs.
    case postgres(String)

    /// "file:FOLDER", "sqlite:FILE", "postgres:CONNINFO", "postgres://…"; nil for anything else.
    package init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let rest = String(text[text.index(after: colon)...])
        guard !rest.isEmpty else { return nil }
        switch text[..<colon] {
        case "file": self = .file(rest)
        case "sqlite": self = .sqlite(rest)
        case "postgres", "postgresql":
            self = .postgres(rest.hasPrefix("//") ? "postgresql:\(rest)" : rest)
        default: return nil
        }
    }

    /// For people; without what a connection string may hold of secrets.
    package var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .sqlite(let path): "sqlite:\(path)"
        case .postgres: "postgres"
        }
    }
}
