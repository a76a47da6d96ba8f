/// A JSON object: its members in the file's order, each key once.
public struct JSONObject: Sendable, Equatable {
    /// Keys and values in the file's order.
    public let members: [(key: String, value: JSONValue)]
    /// Where a key is; only for objects with more members than a look through them is worth.
    private let places: [String: Int]

    private static let membersWithoutPlaces = 24

    /// Nil when a key appears twice.
    public init?(_ members: [(key: String, value: JSONValue)]) {
        var places: [String: Int] = [:]
        if members.count > Self.membersWithoutPlaces {
            places.reserveCapacity(members.count)
            for (place, member) in members.enumerated() {
                guard places.updateValue(place, forKey: member.key) == nil else { return nil }
            }
        } else {
            for (place, member) in members.enumerated() {
                for earlier in 0..<place where members[earlier].key == member.key { return nil }
            }
        }
        self.members = members
        self.places = places
    }

    /// For a reader that has seen that all keys differ.
    init(distinct members: [(key: String, value: JSONValue)]) {
        self.members = members
        var places: [String: Int] = [:]
        if members.count > Self.membersWithoutPlaces {
            places.reserveCapacity(members.count)
            for (place, member) in members.enumerated() { places[member.key] = place }
        }
        self.places = places
    }

    /// The value of a key, if it has one.
    public subscript(key: String) -> JSONValue? {
        place(of: key).map { members[$0].value }
    }

    /// Where a key is among the members.
    private func place(of key: String) -> Int? {
        guard places.isEmpty else { return places[key] }
        for place in members.indices where members[place].key == key { return place }
        return nil
    }

    /// The value of a key, looked for at a place first: of many objects of one kind each has its keys
    /// where the one before had them.
    func value(of key: String, near place: inout Int) -> JSONValue? {
        if place < members.count, members[place].key == key { return members[place].value }
        guard let found = self.place(of: key) else { return nil }
        place = found
        return members[found].value
    }

    /// How many members there are.
    public var count: Int { members.count }

    /// The members' keys in the file's order.
    public var keys: [String] { members.map(\.key) }

    /// Equal when the members are, in whatever order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.members.allSatisfy { right[$0.key] == $0.value }
    }
}
