/// Why a text is no JSON, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// "expected ',' or '}'".
    public let message: String
    /// From 1; 0 in a binary file (UBJSON), which has no lines.
    public let line: Int
    /// In bytes, from 1; 0 in a binary file.
    public let column: Int
    /// In bytes from the beginning.
    public let offset: Int

    /// - Parameter offset: in bytes from the beginning.
    public init(_ message: String, line: Int = 0, column: Int = 0, offset: Int) {
        self.message = message
        self.line = line
        self.column = column
        self.offset = offset
    }

    /// "line 3, column 14: expected ',' or '}'".
    public var description: String {
        line > 0 ? "line \(line), column \(column): \(message)" : "byte \(offset): \(message)"
    }
}
