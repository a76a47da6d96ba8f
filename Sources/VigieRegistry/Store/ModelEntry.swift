/// A model with those of its versions that are ready; immutable.
package final class ModelEntry: Sendable {
    package let name: String
    /// Ascending; never empty.
    package let versions: [LoadedModel]
    /// The version that answers a caller who names none: the newest that the model's policy keeps,
    /// or the newest if those that are ready are all there for another reason.
    package let current: LoadedModel?
    let nameBytes: [UInt8]

    /// - Parameters:
    ///   - versions: ascending, at least one.
    ///   - current: one of them; nil for the last.
    package init(name: String, versions: [LoadedModel], current: LoadedModel? = nil) {
        precondition(!versions.isEmpty, "an entry has a version")
        self.name = name
        self.versions = versions
        self.current = current ?? versions.last
        nameBytes = Array(name.utf8)
    }

    /// A version that is ready. Allocates nothing.
    package func version(_ number: Int) -> LoadedModel? {
        // A handful of versions, and callers that pin one mostly pin a new one.
        for model in versions.reversed() where model.version == number { return model }
        return nil
    }

    /// A version by its number as text on the wire: decimal, no leading zeros. Allocates nothing.
    package func version(_ text: RawSpan) -> LoadedModel? {
        guard text.byteCount > 0, text.byteCount <= 16 else { return nil }
        var number = 0
        for index in 0..<text.byteCount {
            let byte = text.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            if index == 0 && byte == UInt8(ascii: "0") { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return version(number)
    }
}
