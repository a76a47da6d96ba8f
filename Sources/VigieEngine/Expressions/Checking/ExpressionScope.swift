/// The names that an expression may use.
struct ExpressionScope {
    struct Value {
        var type: ValueType
        /// A text register for texts, else a scalar one.
        var register: Int
    }

    private(set) var values: [String: Value] = [:]
    /// Named lists, by their place among the program's.
    private(set) var lists: [String: Int] = [:]

    /// - Returns: false when the name is taken.
    mutating func add(_ name: String, _ value: Value) -> Bool {
        guard values[name] == nil, lists[name] == nil else { return false }
        values[name] = value
        return true
    }

    /// - Returns: false when the name is taken.
    mutating func add(list: Int, named name: String) -> Bool {
        guard values[name] == nil, lists[name] == nil else { return false }
        lists[name] = list
        return true
    }
}
