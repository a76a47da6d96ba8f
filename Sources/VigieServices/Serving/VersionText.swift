import VigieProtos
import VigieRPC

/// What a caller writes to name a version: a number, or `@` and a label.
enum VersionText {
    static func isLabel(_ text: Text) -> Bool {
        !text.isEmpty && text.utf8Span[0] == UInt8(ascii: "@")
    }

    /// The number that a version's text is; nil for no text.
    static func number(_ text: Text) throws(RPCStatus) -> Int? {
        if text.isEmpty { return nil }
        var number = 0
        for index in 0..<text.count {
            let digit = text.utf8Span[index] &- UInt8(ascii: "0")
            guard digit < 10, text.count <= 16 else {
                throw RPCStatus(
                    .invalidArgument,
                    "the model version \(text.quoted) is no number; versions are decimal "
                        + "integers from 1 on, or labels such as '@champion', and none leaves the "
                        + "choice to the server")
            }
            number = number * 10 + Int(digit)
        }
        return number
    }
}

extension ServedModel {
    /// The version that `text` names; nil when it is not ready, or there is no such label.
    /// INVALID_ARGUMENT for what is neither a number nor a label. Allocates nothing.
    func named(_ text: Text) throws(RPCStatus) -> ServedVersion? {
        guard VersionText.isLabel(text) else {
            return try VersionText.number(text).flatMap { version($0) }
        }
        for label in labels where label.matches(text) { return label.served }
        return nil
    }
}

/// A label of a version that is served.
struct ServedLabel {
    let name: String
    /// With the `@` in front, as callers write it.
    private let bytes: [UInt8]
    let served: ServedVersion

    init(_ name: String, _ served: ServedVersion) {
        self.name = name
        bytes = Array("@\(name)".utf8)
        self.served = served
    }

    func matches(_ text: Text) -> Bool {
        guard text.count == bytes.count else { return false }
        for index in bytes.indices where bytes[index] != text.utf8Span[index] { return false }
        return true
    }
}
