/// A model with those of its versions that are ready; immutable.
package final class ModelEntry: Sendable {
    package let name: String
    /// Ascending; never empty.
    package let versions: [LoadedModel]
    /// The version that answers a caller who names none: the newest that the model's policy keeps,
    /// or the newest if those that are ready are all there for another reason.
    package let current: LoadedModel?
    /// Movable names and the version that each means, by name; few.
    package let labels: [VersionLabel]
    let nameBytes: [UInt8]

    /// - Parameters:
    ///   - versions: ascending, at least one.
    ///   - current: one of them; nil for the last.
    ///   - labels: those of other versions are left out.
    package init(
        name: String, versions: [LoadedModel], current: LoadedModel? = nil,
        labels: [String: Int] = [:]
    ) {
        precondition(!versions.isEmpty, "an entry has a version")
        self.labels = labels.sorted { $0.key < $1.key }.compactMap { label, number in
            versions.first { $0.version == number }.map { VersionLabel(name: label, model: $0) }
        }
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

/// A movable name of a version, which callers write as `@name`.
package struct VersionLabel: Sendable {
    package let name: String
    package let model: LoadedModel
}
