/// Why a manifest was refused: "manifest.json: signature.features[3].min must be a number".
package struct ManifestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where: "signature.features[3].min"; empty for the document itself.
    package let path: String
    /// What is expected there: "must be a number, not a string".
    package let problem: String
    /// Whether the bytes are no whole JSON document, as while the file is still being written.
    package let isIncomplete: Bool

    package init(_ path: String, _ problem: String, isIncomplete: Bool = false) {
        self.path = path
        self.problem = problem
        self.isIncomplete = isIncomplete
    }

    package var description: String {
        path.isEmpty ? "manifest.json: \(problem)" : "manifest.json: \(path) \(problem)"
    }
}
