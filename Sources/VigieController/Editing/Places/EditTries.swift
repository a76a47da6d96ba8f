import Glibc
import VigieEngine

/// How often an object is read and edited anew because it has changed in between. What people have
/// changed counts: they should be asked after the second time. What the controller writes does not,
/// which does so several times a second while a canary gets requests.
struct EditTries {
    private var last: JSONValue?
    private var total = 0
    private var byPeople = 0

    private static let byPeopleMax = 2
    /// A controller that is always faster is one that something is wrong with.
    private static let totalMax = 50

    /// The object to edit; nil when it is time to give up.
    mutating func next(
        _ read: () throws(EditRefusal) -> JSONValue
    ) throws(EditRefusal) -> JSONValue? {
        guard total < Self.totalMax else { return nil }
        if total > 0 { usleep(useconds_t.random(in: 5_000...25_000)) }
        let object = try read()
        if last.map({ Self.isPeoples($0, object) }) ?? true { byPeople += 1 }
        guard byPeople <= Self.byPeopleMax else { return nil }
        total += 1
        last = object
        return object
    }

    /// Whether people have changed something from one to the other.
    private static func isPeoples(_ before: JSONValue, _ after: JSONValue) -> Bool {
        [["spec"], ["metadata", "labels"], ["metadata", "annotations"], ["metadata", "uid"]]
            .contains { before[$0] != after[$0] }
    }
}
