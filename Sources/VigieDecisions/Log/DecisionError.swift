/// Why a decision log cannot be opened, written or read, as a sentence.
package struct DecisionError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
