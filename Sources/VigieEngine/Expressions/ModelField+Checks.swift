/// What files that people write are checked for, beyond what model files are.
extension ModelField {
    /// The format's name and version 1.
    func checkFormat(_ name: String) throws(LoadError) {
        let format = try self["format"]
        guard try format.string == name else { throw format.fail("expected '\(name)'") }
        let version = try self["formatVersion"]
        guard try version.integer == 1 else {
            throw version.fail("\(try version.integer); this engine reads 1", .unsupported)
        }
    }

    /// A misspelt key would silently not count: an unknown one is refused.
    func checkKeys(_ known: [String]) throws(LoadError) {
        guard let object = value.object else { throw fail("expected an object") }
        for key in object.keys where !known.contains(key) {
            let advice = Suggestion.text(for: key, among: known)
            throw fail("there is no key '\(key.prefix(48))' here\(advice)")
        }
    }

    /// A name that is not empty and holds no control characters.
    func checkName(_ name: String) throws(LoadError) {
        guard !name.isEmpty, name.utf8.count <= RuleLimits.nameBytesMax,
            !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else {
            throw fail("a name has 1 to \(RuleLimits.nameBytesMax) bytes, none of them a control")
        }
    }

    func elements(max: Int) throws(LoadError) -> [ModelField] {
        // Counted before an element is made of each.
        let count = value.numbers?.count ?? value.array?.count ?? 0
        guard count <= max else { throw fail("\(count) elements; at most \(max) are read", .limit) }
        return try elements
    }

    /// An object's members in the file's order.
    func members(max: Int) throws(LoadError) -> [(name: String, field: ModelField)] {
        guard let object = value.object else { throw fail("expected an object") }
        guard object.count <= max else {
            throw fail("\(object.count) members; at most \(max) are read", .limit)
        }
        return object.members.map { member in
            (
                member.key,
                ModelField(
                    path: path.isEmpty ? member.key : "\(path).\(member.key)",
                    value: member.value)
            )
        }
    }

    func text(bytesMax: Int) throws(LoadError) -> String {
        let text = try string
        guard text.utf8.count <= bytesMax else {
            throw fail("\(text.utf8.count) bytes; at most \(bytesMax) are read", .limit)
        }
        return text
    }

    /// One of an enum's raw values.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type
    ) throws(LoadError) -> Choice where Choice.RawValue == String {
        let text = try string
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw fail("'\(text.prefix(48))' is none of \(known)")
        }
        return choice
    }
}
