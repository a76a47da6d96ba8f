/// What an applicant is told about a feature that spoke against him.
package struct ReasonText: Sendable, Equatable {
    /// Stable over the versions of a model: "R01".
    package var code: String
    /// In words: "Too short a credit history".
    package var text: String

    package init(code: String, text: String) {
        self.code = code
        self.text = text
    }
}
