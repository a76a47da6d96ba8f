/// Columns of numbers that many objects of one kind have, each read into the memory of the one before.
///
/// Most are packed and as they should be: the way to them is put together for the others only.
extension ModelField {
    /// Reads a member that must be there to an array's first places.
    /// - Parameter place: where it may be among the members, see ``JSONObject/value(of:near:)``.
    func read(
        _ key: String, near place: inout Int, toFrontOf numbers: inout [Double], count: Int
    ) throws(LoadError) {
        if case .packed(let packed)? = member(key, near: &place), packed.count == count {
            packed.copy(toFrontOf: &numbers)
        } else {
            numbers = try self[key].numbers(count: count)
        }
    }

    /// Reads a member that must be there to an array's first places.
    /// - Parameter count: how many numbers there must be; nil for any.
    /// - Returns: how many there are.
    @discardableResult
    func read(
        _ key: String, near place: inout Int, toFrontOf integers: inout [Int], count: Int? = nil
    ) throws(LoadError) -> Int {
        guard
            let found = try readOptional(key, near: &place, toFrontOf: &integers, count: count)
        else { throw fail("'\(key)' is missing") }
        return found
    }

    /// As the other for a member that may be missing or null.
    /// - Returns: how many numbers there are; nil when there is no such member.
    func readOptional(
        _ key: String, near place: inout Int, toFrontOf integers: inout [Int], count: Int? = nil
    ) throws(LoadError) -> Int? {
        if case .packed(let packed)? = member(key, near: &place),
            count == nil || packed.count == count, packed.copy(toFrontOf: &integers)
        {
            return packed.count
        }
        guard let field = try optional(key) else { return nil }
        integers = try field.integers(count: count)
        return integers.count
    }

    private func member(_ key: String, near place: inout Int) -> JSONValue? {
        guard case .object(let object) = value else { return nil }
        return object.value(of: key, near: &place)
    }
}
