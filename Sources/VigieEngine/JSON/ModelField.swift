/// A value in a model file of JSON and the way to it, so that what is wrong is said with its place:
/// "learner.gradient_booster.model.trees[3].split_indices: expected numbers".
struct ModelField {
    /// The way is put together only when somebody asks: a file has thousands of fields.
    private let parent: String
    private let key: String
    /// In an array; nil for a member.
    private let index: Int?
    let value: JSONValue

    init(path: String, value: JSONValue) {
        self.init(parent: path, key: "", value: value)
    }

    private init(parent: String, key: String, index: Int? = nil, value: JSONValue) {
        self.parent = parent
        self.key = key
        self.index = index
        self.value = value
    }

    var path: String {
        if let index { return "\(parent)[\(index)]" }
        return key.isEmpty ? parent : parent.isEmpty ? key : "\(parent).\(key)"
    }

    /// Reads a whole file of UBJSON or JSON, whichever the bytes are.
    /// - Parameter otherwise: what to say of bytes that do not begin as either.
    init(parsing bytes: [UInt8], otherwise: String) throws(LoadError) {
        guard bytes.first == UInt8(ascii: "{") else { throw LoadError(.corrupt, otherwise) }
        // After "{", JSON has a quotation mark or space; UBJSON a key's length or a container's.
        let second = bytes.count > 1 ? bytes[1] : 0
        let isText =
            second == 0x22 || second == 0x20 || second == 0x0A || second == 0x0D
            || second == 0x09
        do {
            self.init(
                path: "",
                value: try isText
                    ? JSONParser.parse(bytes) : UBJSONReader.parse(bytes, keepsPacked: true))
        } catch {
            throw LoadError(.corrupt, "not \(isText ? "JSON" : "UBJSON"): \(error)")
        }
    }

    func fail(_ what: String, _ reason: LoadError.Reason = .corrupt) -> LoadError {
        LoadError(reason, path.isEmpty ? what : "\(path): \(what)")
    }

    /// A member that must be there.
    subscript(key: String) -> ModelField {
        get throws(LoadError) {
            guard let field = try optional(key) else { throw fail("'\(key)' is missing") }
            return field
        }
    }

    /// A member that may be missing or null.
    func optional(_ key: String) throws(LoadError) -> ModelField? {
        guard let object = value.object else { throw fail("expected an object") }
        guard let member = object[key] else { return nil }
        if case .null = member { return nil }
        return ModelField(parent: path, key: key, value: member)
    }

    var elements: [ModelField] {
        get throws(LoadError) {
            guard let array = value.array else { throw fail("expected an array") }
            let path = path
            return array.enumerated().map {
                ModelField(parent: path, key: "", index: $0, value: $1)
            }
        }
    }

    var string: String {
        get throws(LoadError) {
            guard let string = value.string else { throw fail("expected a string") }
            return string
        }
    }

    var strings: [String] {
        get throws(LoadError) {
            guard let strings = value.strings else { throw fail("expected strings") }
            return strings
        }
    }

    /// A finite number.
    var double: Double {
        get throws(LoadError) {
            guard let double = value.double, double.isFinite else {
                throw fail("expected a finite number")
            }
            return double
        }
    }

    /// A whole number, which XGBoost writes as a string in its parameters.
    var integer: Int {
        get throws(LoadError) {
            guard let integer = value.wholeNumber else { throw fail("expected a whole number") }
            return integer
        }
    }

    /// A whole number in a range; above it is a limit passed.
    func integer(_ range: ClosedRange<Int>) throws(LoadError) -> Int {
        let integer = try integer
        guard integer >= range.lowerBound else { throw fail("\(integer) is out of range") }
        guard integer <= range.upperBound else {
            throw fail("\(integer), more than \(range.upperBound)", .limit)
        }
        return integer
    }

    /// Numbers; booleans count as 0 and 1 (XGBoost before 1.6 wrote `default_left` so).
    func numbers(count: Int? = nil) throws(LoadError) -> [Double] {
        var numbers = value.numbers
        if numbers == nil, let array = value.array {
            let mapped = array.compactMap { $0.double ?? $0.bool.map { $0 ? 1 : 0 } }
            if mapped.count == array.count { numbers = mapped }
        }
        guard let numbers else { throw fail("expected numbers") }
        try check(numbers.count, count)
        return numbers
    }

    /// Whole numbers.
    func integers(count: Int? = nil) throws(LoadError) -> [Int] {
        if case .packed(let packed) = value {
            var integers: [Int] = []
            try check(packed.count, count)
            guard packed.copy(toFrontOf: &integers) else { throw fail("expected whole numbers") }
            return integers
        }
        let numbers = try numbers(count: count)
        let integers = numbers.compactMap { Int(exactly: $0) }
        guard integers.count == numbers.count else { throw fail("expected whole numbers") }
        return integers
    }

    private func check(_ found: Int, _ expected: Int?) throws(LoadError) {
        guard let expected, found != expected else { return }
        throw fail("\(found) elements where \(expected) are expected")
    }
}
