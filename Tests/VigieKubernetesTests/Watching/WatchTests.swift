import Testing
import VigieEngine

@testable import VigieKubernetes

private func object(_ name: String, _ version: String, namespace: String = "scoring") -> JSONValue {
    .object([
        "metadata": .object([
            "name": .string(name), "namespace": .string(namespace),
            "resourceVersion": .string(version),
        ])
    ])
}

@Suite struct WatchTests {
    @Test func lines_are_found_wherever_the_pieces_end() throws {
        let text = Array("{\"a\":1}\n\n{\"b\":2}\n{\"c\"".utf8)
        for size in 1...text.count {
            var splitter = LineSplitter()
            var lines: [String] = []
            var rest = text[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(size))
                rest = rest.dropFirst(size)
                lines += try splitter.add(piece.span.bytes).map {
                    String(decoding: $0, as: UTF8.self)
                }
            }
            #expect(lines == ["{\"a\":1}", "{\"b\":2}"])
        }
    }

    @Test func a_line_without_end_is_refused() throws {
        var splitter = LineSplitter()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<4 { _ = try splitter.add(piece.span.bytes) }
        #expect(throws: KubernetesError.self) { try splitter.add(piece.span.bytes) }
    }

    @Test(arguments: [
        "nonsense", "{}", "[]", "null", #"{"type":"ADDED"}"#, #"{"type":"ADDED","object":3}"#,
        #"{"type":"SUNG","object":{}}"#, #"{"type":1,"object":{}}"#,
    ]) func what_is_no_event_is_refused(line: String) {
        #expect(throws: KubernetesError.self) { try WatchEvent(line: Array(line.utf8)) }
    }

    @Test func events_change_the_set_and_bookmarks_only_its_version() throws {
        var store = ObjectStore()
        store.replace([object("b", "3"), object("a", "2")], resourceVersion: "5")
        #expect(store.sorted.map(\.objectName) == ["a", "b"])
        var changes: [Bool] = []
        for event: WatchEvent in [
            .bookmark(resourceVersion: "9"), .set(object("a", "10")),
            .set(object("a", "11", namespace: "other")), .deleted(object("b", "12")),
            .deleted(object("b", "13")),
        ] { changes.append(store.apply(event)) }
        #expect(changes == [false, true, true, true, false])
        #expect(store.sorted.map(\.resourceVersion) == ["11", "10"])
        #expect(store.resourceVersion == "13")
        store.expire()
        #expect(store.resourceVersion.isEmpty && store.objects.count == 2)
    }

    @Test func waits_grow_to_a_limit_and_never_shrink_below_half() {
        var backoff = Backoff(first: .seconds(1), most: .seconds(30))
        var waits: [Duration] = []
        for _ in 0..<40 { waits.append(backoff.next(random: 1)) }
        #expect(Array(waits.prefix(6)) == [1, 2, 4, 8, 16, 30].map { Duration.seconds($0) })
        #expect(waits.last == .seconds(30))
        backoff.reset()
        let first = backoff.next(random: 0)
        #expect(first == .milliseconds(500))
        let asked = backoff.next(random: 0, atLeast: .seconds(7))
        #expect(asked == .seconds(7))
    }
}
