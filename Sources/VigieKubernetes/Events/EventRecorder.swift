import VigieEngine
import VigieHTTP
import VigieRollouts

/// Writes Events about an object, so that `kubectl describe` tells what happened to it. The same event
/// again is counted on the one that is there (core/v1 `count`, `lastTimestamp`). Not for several
/// threads at once.
package struct EventRecorder {
    /// Whom an event is about.
    package struct Subject: Sendable, Hashable {
        package var apiVersion: String
        package var kind: String
        package var namespace: String
        package var name: String
        package var uid: String

        package init(
            apiVersion: String, kind: String, namespace: String, name: String, uid: String
        ) {
            self.apiVersion = apiVersion
            self.kind = kind
            self.namespace = namespace
            self.name = name
            self.uid = uid
        }
    }

    private let client: KubernetesClient
    private let component: String
    private let instance: String
    private var recent: [Key: Known] = [:]
    private var order: [Key] = []

    private struct Key: Hashable {
        let subject: Subject
        let isWarning: Bool
        let reason: String
        let message: String
    }

    private struct Known {
        let name: String
        var count: Int
    }

    /// Events that may be repeated without a new object.
    private static let recentMax = 512
    /// The API server takes no longer messages.
    private static let messageBytesMax = 1024

    /// - Parameters:
    ///   - component: "vigie-controller".
    ///   - instance: which one of them.
    package init(_ client: KubernetesClient, component: String, instance: String) {
        self.client = client
        self.component = component
        self.instance = instance
    }

    package mutating func record(
        _ subject: Subject, isWarning: Bool, reason: String, message: String, at now: WallTime,
        _ cancellation: HTTPCancellation? = nil
    ) throws(KubernetesError) {
        let message = Self.shortened(message)
        let key = Key(
            subject: subject, isWarning: isWarning, reason: reason, message: message)
        let path = ResourcePath(version: "v1", plural: "events", namespace: subject.namespace)
        if let known = recent[key] {
            do throws(KubernetesError) {
                _ = try client.patch(
                    path.named(known.name), .merge,
                    .object([
                        "count": .number(known.count + 1),
                        "lastTimestamp": .string(Self.time(now)),
                    ]), cancellation)
                recent[key]?.count += 1
                return
            } catch {
                // It lives an hour: then it is told anew.
                guard error.reason == .notFound else { throw error }
                forget(key)
            }
        }
        let name = "\(subject.name.prefix(200)).\(Self.suffix())"
        _ = try client.create(path, object(key, name, now), cancellation)
        remember(key, Known(name: name, count: 1))
    }

    private func object(_ key: Key, _ name: String, _ now: WallTime) -> JSONValue {
        .object([
            "apiVersion": .string("v1"), "kind": .string("Event"),
            "metadata": .object([
                "name": .string(name), "namespace": .string(key.subject.namespace),
            ]),
            "involvedObject": .object([
                "apiVersion": .string(key.subject.apiVersion),
                "kind": .string(key.subject.kind),
                "namespace": .string(key.subject.namespace),
                "name": .string(key.subject.name), "uid": .string(key.subject.uid),
            ]),
            "type": .string(key.isWarning ? "Warning" : "Normal"),
            "reason": .string(key.reason), "message": .string(key.message),
            "count": .number(1), "firstTimestamp": .string(Self.time(now)),
            "lastTimestamp": .string(Self.time(now)),
            "source": .object(["component": .string(component)]),
            "reportingComponent": .string(component), "reportingInstance": .string(instance),
        ])
    }

    private mutating func remember(_ key: Key, _ known: Known) {
        recent[key] = known
        order.append(key)
        if order.count > Self.recentMax { recent[order.removeFirst()] = nil }
    }

    private mutating func forget(_ key: Key) {
        recent[key] = nil
        order.removeAll { $0 == key }
    }

    /// `metav1.Time` has whole seconds.
    private static func time(_ time: WallTime) -> String { time.description.prefix(19) + "Z" }

    /// Unlike any other event's, as client-go's time in hexadecimal is.
    private static func suffix() -> String {
        String(UInt64.random(in: 1 << 60...UInt64.max), radix: 16)
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > messageBytesMax else { return text }
        var short = text
        while short.utf8.count > messageBytesMax - 3 { short.removeLast() }
        return short + "…"
    }
}
