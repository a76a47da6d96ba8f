import HTTPTestKit
import Testing
import VigieHTTP
import VigieRollouts

@testable import VigieController

@Suite struct PrometheusTests {
    private func ask(
        _ body: String, status: String = "200 OK", query: String = "up"
    ) -> (answer: QueryAnswer, request: String) {
        let server = ScriptedServer { _ in
            "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        defer { server.stop() }
        let client = PrometheusClient(
            address: server.url + "/", timeout: .seconds(300), agent: "test", HTTPCancellation())
        let answer = client.ask(AnalysisSpec("a", .prometheus, max: 1, query: query))
        return (answer, server.requests.first ?? "")
    }

    @Test(arguments: [
        (
            #"{"resultType":"vector","result":[{"metric":{},"value":[1,"0.25"]}]}"#,
            QueryAnswer.value(0.25)
        ),
        (#"{"resultType":"scalar","result":[1,"3"]}"#, .value(3)),
        (
            #"{"resultType":"vector","result":[{"metric":{},"value":[1,"+Inf"]}]}"#,
            .value(.infinity)
        ),
        (#"{"resultType":"vector","result":[]}"#, .noData),
    ]) func one_value_is_an_answer(data: String, expected: QueryAnswer) {
        #expect(ask(#"{"status":"success","data":\#(data)}"#).answer == expected)
    }

    @Test func a_NaN_is_a_value_that_says_nothing() {
        let data = #"{"resultType":"scalar","result":[1,"NaN"]}"#
        guard case .value(let value) = ask(#"{"status":"success","data":\#(data)}"#).answer else {
            Issue.record("no value")
            return
        }
        #expect(value.isNaN)
    }

    @Test(arguments: [
        (
            #"{"status":"success","data":{"resultType":"vector","result":[{"value":[1,"1"]},{"value":[1,"2"]}]}}"#,
            "2 series"
        ),
        (#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, "a matrix"),
        (#"{"status":"error","error":"parse error at char 3"}"#, "parse error at char 3"),
        (#"{"status":"success","data":{"resultType":"scalar","result":[1,2]}}"#, "that is none"),
        (#"{"status":"success","data":{"resultType":"scalar","result":[1,"x"]}}"#, "'x'"),
        ("<html>", "no JSON"), ("{}", "HTTP 200"), ("[]", "HTTP 200"),
    ]) func what_is_no_answer_is_an_error(body: String, words: String) {
        guard case .error(let problem) = ask(body).answer else {
            Issue.record("it was taken")
            return
        }
        #expect(problem.contains(words), "\(problem)")
    }

    @Test func a_query_is_sent_whole_whatever_is_in_it() {
        let (_, request) = ask("{}", query: #"sum(rate(x{a="é&b=c"}[5m])) > 1"#)
        #expect(request.hasPrefix("POST /api/v1/query HTTP/1.1"))
        #expect(
            request.contains(
                "query=sum%28rate%28x%7Ba%3D%22%C3%A9%26b%3Dc%22%7D%5B5m%5D%29%29%20%3E%201&timeout=5m"
            ))
    }

    @Test func without_an_address_it_says_where_to_write_one() {
        let client = PrometheusClient(
            address: nil, timeout: .seconds(1), agent: "test", HTTPCancellation())
        guard
            case .error(let problem) = client.ask(
                AnalysisSpec("a", .prometheus, max: 1, query: "up"))
        else {
            Issue.record("it was asked")
            return
        }
        #expect(problem.contains("--prometheus"))
    }
}
