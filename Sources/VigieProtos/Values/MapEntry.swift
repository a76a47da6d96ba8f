/// One pair of a map field. On the wire, and in protobuf-c, a map is a repeated message of pairs.
public protocol MapEntry: Message {
    associatedtype Key: Equatable
    associatedtype Value
    var key: Key { get }
    /// The value; an empty message or a zero where the wire had none.
    var value: Value { get }
}

extension Repeated where Element: MapEntry {
    /// The value of `key`: of the last pair that has it, as protobuf's maps demand. Looks at the
    /// pairs one by one.
    @inlinable
    public subscript(key: Element.Key) -> Element.Value? {
        var position = count
        while position > 0 {
            position -= 1
            let entry = self[position]
            if entry.key == key { return entry.value }
        }
        return nil
    }
}

extension Repeated where Element: MapEntry, Element.Key == Text {
    /// The value of `key`, as above.
    @_disfavoredOverload @inlinable
    public subscript(key: String) -> Element.Value? {
        var position = count
        while position > 0 {
            position -= 1
            let entry = self[position]
            if entry.key == key { return entry.value }
        }
        return nil
    }
}
