import Testing
import VigieEngine

@testable import VigieController

@Suite struct EditTriesTests {
    private static func object(spec: Int = 1, status: Int = 1, label: String = "a") -> JSONValue {
        .object([
            "metadata": .object(["labels": .object(["x": .string(label)])]),
            "spec": .number(Double(spec)), "status": .number(Double(status)),
        ])
    }

    /// How often it is tried, when each try comes too late.
    private func tries(_ object: (Int) -> JSONValue) throws -> Int {
        var (tries, count) = (EditTries(), 0)
        while try tries.next({ () throws(EditRefusal) in object(count) }) != nil { count += 1 }
        return count
    }

    @Test func what_people_change_is_looked_at_twice() throws {
        #expect(try tries { Self.object(spec: $0) } == 2)
        #expect(try tries { Self.object(label: "\($0)") } == 2)
    }

    @Test func what_the_controller_writes_is_tried_past_until_it_is_too_much() throws {
        #expect(try tries { Self.object(status: $0) } == 50)
        // Both: the second change by people is the last one.
        #expect(try tries { Self.object(spec: $0 / 10, status: $0) } == 20)
    }
}
