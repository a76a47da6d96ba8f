/// The rules for payload paths in a manifest.
package enum RelativePath {
    /// What is wrong with `path`, as in "must …"; nil when it is fine: relative, of plain parts
    /// without `.` or `..`, no control characters.
    package static func problem(with path: String) -> String? {
        if path.isEmpty { return "must not be empty" }
        if path.utf8.count > ManifestLimits.pathBytesMax {
            return "must have at most \(ManifestLimits.pathBytesMax) bytes"
        }
        if path.hasPrefix("/") { return "must be relative to the version's folder" }
        if path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            return "must not contain control characters"
        }
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            if part.isEmpty { return "must not contain empty parts" }
            if part == "." || part == ".." { return "must not contain '.' or '..'" }
        }
        if path == Manifest.fileName { return "must not be the manifest itself" }
        return nil
    }
}
