/// A model with those of its versions that are ready; immutable.
package final class ModelEntry: Sendable {
    package let name: String
    /// Ascending; never empty.
    package let versions: [LoadedModel]
    let nameBytes: [UInt8]

    /// - Parameter versions: ascending, at least one.
    package init(name: String, versions: [LoadedModel]) {
        precondition(!versions.isEmpty, "an entry has a version")
        self.name = name
        self.versions = versions
        nameBytes = Array(name.utf8)
    }

    /// The newest version that is ready. (Never nil; optional so that a later policy may hold
    /// everything back.)
    package var current: LoadedModel? { versions.last }

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
