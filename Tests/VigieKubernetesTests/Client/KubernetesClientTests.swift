import HTTPTestKit
import Testing
import VigieEngine

@testable import VigieKubernetes

@Suite struct KubernetesClientTests {
    private let path = ResourcePath(
        group: "vigie.dev", version: "v1alpha1", plural: "modelrollouts", namespace: "scoring")

    @Test(arguments: [
        (401, "Unauthorized", KubernetesError.Reason.unauthorized),
        (403, "Forbidden", .forbidden), (404, "NotFound", .notFound),
        (409, "Conflict", .conflict), (409, "AlreadyExists", .alreadyExists),
        (410, "Expired", .gone), (422, "Invalid", .invalid),
        (429, "TooManyRequests", .tooManyRequests),
        (500, "InternalError", .server), (504, "Timeout", .server),
        (400, "BadRequest", .badRequest),
    ]) func answers_become_errors_of_their_kind(
        code: Int, word: String, reason: KubernetesError.Reason
    ) {
        let server = ScriptedServer { _ in Answers.failure(code, word, "spec.x: too large") }
        defer { server.stop() }
        let error = #expect(throws: KubernetesError.self) {
            try Answers.client(server).get(path.named("fraud"))
        }
        #expect(error?.reason == reason)
        #expect(error?.status == code)
        #expect(error?.message.hasSuffix("spec.x: too large") == true)
        #expect(error?.message.contains("modelrollouts/fraud") == true)
        #expect(error?.message.contains("secret") == false)
    }

    @Test func a_server_that_wants_to_be_left_alone_says_for_how_long() {
        let server = ScriptedServer { _ in
            Answers.json("{}", status: "429 Too Many", headers: "Retry-After: 7\r\n")
        }
        defer { server.stop() }
        let error = #expect(throws: KubernetesError.self) { try Answers.client(server).get(path) }
        #expect(error?.retryAfter == .seconds(7))
        #expect(error?.isTransient == true)
    }

    @Test(arguments: [
        Answers.json("404 page not found\n", status: "404 Not Found"),
        Answers.json(
            #"{"kind":"Status","code":404,"reason":"NotFound","details":{}}"#,
            status: "404 Not Found"),
    ]) func a_kind_that_the_server_does_not_know_is_told_from_an_object_that_it_has_not(
        answer: String
    ) {
        let server = ScriptedServer { _ in answer }
        defer { server.stop() }
        let error = #expect(throws: KubernetesError.self) { try Answers.client(server).get(path) }
        #expect(error?.reason == .unknownKind)
        #expect(error?.message.hasSuffix("the server knows no such kind of objects") == true)
    }

    @Test(arguments: ["", "<html>", "{", "[1,", "{\"a\":1,\"a\":2}"])
    func an_answer_that_is_no_JSON_is_an_error(body: String) {
        let server = ScriptedServer { _ in Answers.json(body) }
        defer { server.stop() }
        let error = #expect(throws: KubernetesError.self) { try Answers.client(server).get(path) }
        #expect(error?.reason == .malformed)
    }

    @Test func a_proxys_page_is_quoted_in_short() {
        let page = "<h1>Bad gateway</h1>" + String(repeating: "x", count: 5000)
        let server = ScriptedServer { _ in Answers.json(page, status: "502 Bad Gateway") }
        defer { server.stop() }
        let error = #expect(throws: KubernetesError.self) { try Answers.client(server).get(path) }
        #expect(error?.reason == .server)
        #expect((error?.message.count ?? 0) < 400)
    }

    @Test func a_status_is_applied_by_the_field_manager() throws {
        let server = ScriptedServer { _ in Answers.json("{}") }
        defer { server.stop() }
        _ = try Answers.client(server).patch(
            path.named("fraud", subresource: "status"), .apply(fieldManager: "vigie-controller"),
            .object(["kind": .string("ModelRollout")]))
        let request = try #require(server.requests.first)
        #expect(
            request.hasPrefix(
                "PATCH /apis/vigie.dev/v1alpha1/namespaces/scoring/modelrollouts/fraud/status"
                    + "?fieldManager=vigie-controller&force=true HTTP/1.1"))
        #expect(request.lowercased().contains("content-type: application/apply-patch+yaml"))
        #expect(request.contains("Bearer secret"))
        #expect(request.hasSuffix("{\n  \"kind\": \"ModelRollout\"\n}\n"))
    }

    @Test func nobody_there_is_unreachable() {
        let server = ScriptedServer { _ in nil }
        server.stop()
        let error = #expect(throws: KubernetesError.self) { try Answers.client(server).get(path) }
        #expect(error?.reason == .unreachable)
        #expect(error?.isTransient == true)
    }
}
