/// An answer that was not what it should be.
package struct WrongAnswer: Sendable, Equatable {
    package let method: String
    package let model: String
    /// As the answer says.
    package let version: String
    /// The row's place in its file.
    package let row: Int
    /// What is wrong with it.
    package let reason: String

    package init(method: String, model: String, version: String, row: Int, reason: String) {
        self.method = method
        self.model = model
        self.version = version
        self.row = row
        self.reason = reason
    }

    package var description: String {
        let from = version.isEmpty ? "" : " version \(version)"
        return "\(method) \(model)\(from), row \(row): \(reason)"
    }
}
