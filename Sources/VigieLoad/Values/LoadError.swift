/// Why a run cannot be made as it was asked for; one sentence that names the setting, file or line.
package struct LoadError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
