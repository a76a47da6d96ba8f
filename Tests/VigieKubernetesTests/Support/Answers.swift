import HTTPTestKit
import VigieEngine

@testable import VigieKubernetes

/// What API servers answer.
enum Answers {
    static func json(_ text: String, status: String = "200 OK", headers: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n\(headers)"
            + "Content-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    static func list(_ version: String, _ names: [String] = [], next: String = "") -> String {
        let items = names.map { object($0, version) }.joined(separator: ",")
        return json(
            #"{"kind":"List","metadata":{"resourceVersion":"\#(version)","continue":"\#(next)"},"#
                + #""items":[\#(items)]}"#)
    }

    static func object(_ name: String, _ version: String) -> String {
        #"{"metadata":{"name":"\#(name)","resourceVersion":"\#(version)"}}"#
    }

    static func event(_ type: String, _ name: String, _ version: String) -> String {
        #"{"type":"\#(type)","object":\#(object(name, version))}"# + "\n"
    }

    static func watch(_ events: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(events.utf8.count)\r\n\r\n\(events)"
    }

    static func failure(_ code: Int, _ reason: String, _ message: String = "no") -> String {
        let status =
            #"{"kind":"Status","status":"Failure","code":\#(code),"reason":"\#(reason)","#
            + #""message":"\#(message)"}"#
        return json(status, status: "\(code) \(reason)")
    }

    static func client(_ server: ScriptedServer, token: String = "secret") -> KubernetesClient {
        KubernetesClient(
            ClusterConfiguration(server: server.url, credentials: Credentials(token: token)),
            agent: "test")
    }
}
