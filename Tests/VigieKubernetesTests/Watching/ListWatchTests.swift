import Glibc
import HTTPTestKit
import Synchronization
import Testing
import VigieEngine

@testable import VigieKubernetes

/// What a list-watch told.
private final class Heard: Sendable {
    private let state = Mutex<(names: [[String]], obstacles: [String?])>(([], []))

    var handlers: ListWatch.Handlers {
        ListWatch.Handlers(
            changed: { objects in
                self.state.withLock { $0.names.append(objects.map(\.objectName)) }
            },
            obstacle: { error in self.state.withLock { $0.obstacles.append(error?.message) } })
    }

    var names: [[String]] { state.withLock { $0.names } }
    var obstacles: [String?] { state.withLock { $0.obstacles } }
}

/// Waits until something is so; false when it is not after ten seconds.
private func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        usleep(10_000)
    }
    return false
}

/// Gives answers in turn, the last one for ever.
private func script(_ answers: [String?]) -> ScriptedServer {
    let turn = Mutex(0)
    return ScriptedServer { _ in
        turn.withLock { turn in
            defer { turn += 1 }
            return answers[min(turn, answers.count - 1)]
        }
    }
}

@Suite struct ListWatchTests {
    private let path = ResourcePath(version: "v1", plural: "pods", namespace: "scoring")

    private func options() -> ListWatchOptions {
        var options = ListWatchOptions()
        options.backoff = Backoff(first: .milliseconds(1), most: .milliseconds(20))
        return options
    }

    private func run(
        _ answers: [String?], _ options: ListWatchOptions? = nil,
        _ check: (ScriptedServer, Heard, ListWatch) -> Void
    ) throws {
        let server = script(answers)
        let heard = Heard()
        let watch = try ListWatch(
            Answers.client(server), path, options: options ?? self.options(),
            handlers: heard.handlers)
        watch.start()
        check(server, heard, watch)
        watch.stop()
        server.stop()
    }

    /// The query of the n-th request.
    private func query(_ server: ScriptedServer, _ index: Int) -> String {
        let requests = server.requests
        return index < requests.count
            ? String(requests[index].prefix { $0 != "\r\n" }) : "there was none"
    }

    @Test func it_lists_and_watches_from_there() throws {
        try run([
            Answers.list("5", ["a"]),
            Answers.watch(
                Answers.event("ADDED", "b", "6") + Answers.event("DELETED", "a", "7")
                    + Answers.event("BOOKMARK", "", "9")),
            Answers.watch(Answers.event("MODIFIED", "b", "10")),
        ]) { server, heard, _ in
            #expect(eventually { server.requests.count > 3 })
            #expect(query(server, 0).contains("?limit=500 "))
            #expect(query(server, 1).contains("resourceVersion=5&"))
            #expect(query(server, 1).contains("allowWatchBookmarks=true"))
            #expect(query(server, 2).contains("resourceVersion=9&"), "it goes on from a bookmark")
            #expect(query(server, 3).contains("resourceVersion=10&"))
            #expect(heard.names.first == ["a"])
            #expect(heard.names.last == ["b"])
            #expect(heard.obstacles.allSatisfy { $0 == nil })
        }
    }

    @Test func a_long_list_comes_in_pages_and_is_told_as_one() throws {
        try run([
            Answers.list("5", ["c", "a"], next: "more"), Answers.list("5", ["b"]),
            Answers.watch(Answers.event("BOOKMARK", "", "6")),
        ]) { server, heard, _ in
            #expect(eventually { server.requests.count > 2 })
            #expect(query(server, 1).contains("continue=more"))
            #expect(heard.names == [["a", "b", "c"]])
        }
    }

    @Test(arguments: [
        Answers.failure(410, "Expired"),
        Answers.watch(
            #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}"# + "\n"),
    ]) func what_the_server_has_forgotten_is_listed_anew(gone: String) throws {
        try run([
            Answers.list("5", ["a"]), gone, Answers.list("90", ["a", "b"]),
            Answers.watch(Answers.event("BOOKMARK", "", "91")),
        ]) { server, heard, watch in
            #expect(eventually { server.requests.count > 4 })
            #expect(query(server, 2).contains("?limit=500 "))
            #expect(query(server, 3).contains("resourceVersion=90&"))
            #expect(heard.names == [["a"], ["a", "b"]])
            #expect(watch.statistics.expired == 1)
            #expect(heard.obstacles.allSatisfy { $0 == nil }, "that is no obstacle")
        }
    }

    @Test func it_comes_back_after_any_failure_and_keeps_what_it_knows() throws {
        try run([
            Answers.list("5", ["a"]), nil, nil, Answers.failure(500, "InternalError", "boom"),
            Answers.failure(403, "Forbidden", "not yours"), Answers.list("5", ["a"]),
            Answers.watch(Answers.event("ADDED", "b", "6")),
            Answers.watch(Answers.event("BOOKMARK", "", "7")),
        ]) { server, heard, watch in
            #expect(eventually { heard.names.count > 1 })
            #expect(heard.names == [["a"], ["a", "b"]], "nothing was told while it was away")
            let obstacles = heard.obstacles
            #expect(obstacles.contains { $0?.contains("boom") == true })
            #expect(obstacles.contains { $0?.contains("not yours") == true })
            #expect(eventually { heard.obstacles.last == .some(nil) })
            #expect(watch.statistics.lists == 1, "it went on from where it was")
        }
    }

    @Test(arguments: [
        "nonsense\n", "{}\n", #"{"type":"ADDED"}"# + "\n", #"{"type":"SUNG","object":{}}"# + "\n",
        String(repeating: "x", count: LineSplitter.lineBytesMax + 1),
    ]) func a_hostile_watch_is_an_obstacle_and_no_more(events: String) throws {
        try run([
            Answers.list("5", ["a"]), Answers.watch(events), Answers.list("5", ["a"]),
            Answers.watch(Answers.event("ADDED", "b", "6")),
        ]) { _, heard, _ in
            #expect(eventually { heard.names.last == ["a", "b"] })
            #expect(heard.obstacles.contains { $0 != nil })
        }
    }

    @Test(arguments: ["{}", "[]", #"{"items":[]}"#, #"{"metadata":{"resourceVersion":"5"}}"#])
    func what_is_no_list_ends_nothing(body: String) throws {
        try run([
            Answers.json(body), Answers.list("5", ["a"]),
            Answers.watch(Answers.event("BOOKMARK", "", "6")),
        ]) { _, heard, _ in
            #expect(eventually { heard.names == [["a"]] })
        }
    }

    @Test func more_objects_than_are_kept_are_refused() throws {
        var few = options()
        few.objectsMax = 1
        try run([Answers.list("5", ["a", "b"])], few) { _, heard, _ in
            #expect(eventually { heard.obstacles.contains { $0?.contains("more than 1") == true } })
            #expect(heard.names.isEmpty)
        }
    }

    @Test func a_server_that_ends_every_watch_at_once_is_not_pestered() throws {
        var patient = options()
        patient.backoff = Backoff(first: .milliseconds(200), most: .seconds(30))
        try run([Answers.list("5", ["a"]), Answers.watch("")], patient) { server, _, _ in
            usleep(1_000_000)
            #expect(server.requests.count < 8)
        }
    }

    @Test func it_ends_at_once_while_it_waits() throws {
        var patient = options()
        patient.backoff = Backoff(first: .seconds(300), most: .seconds(300))
        try run([Answers.failure(500, "InternalError")], patient) { _, heard, _ in
            #expect(eventually { !heard.obstacles.isEmpty })
        }
    }
}
