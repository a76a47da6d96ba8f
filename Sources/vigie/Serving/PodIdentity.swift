import Glibc
import VigieTelemetry

/// Who the pod is in traces and logs.
struct PodIdentity: Sendable {
    /// By OpenTelemetry's names.
    let resource: [(name: String, value: String)]

    /// `service.instance.id`: the pod's name.
    var instance: String { resource.first { $0.name == "service.instance.id" }?.value ?? "" }

    init(_ options: TraceOptions) {
        self.init(options.serviceName, options.resourceAttributes.pairs)
    }

    /// - Parameters:
    ///   - service: "vigie" if it is nil and the attributes do not say.
    ///   - attributes: further ones; they win over what is found out here.
    init(_ service: String?, _ attributes: [(name: String, value: String)] = []) {
        var name = [CChar](repeating: 0, count: 256)
        // Room for the longest name that Linux knows (64 bytes).
        gethostname(&name, name.count - 1)
        let host = String(
            decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        var pairs = attributes
        func add(_ name: String, _ value: String) {
            if !pairs.contains(where: { $0.name == name }) { pairs.append((name, value)) }
        }
        if let service {
            pairs.removeAll { $0.name == "service.name" }
            add("service.name", service)
        }
        add("service.name", "vigie")
        add("service.version", Build.version)
        add("service.instance.id", host)
        add("host.name", host)
        add("process.pid", String(getpid()))
        add("telemetry.sdk.name", "vigie")
        add("telemetry.sdk.language", "swift")
        add("telemetry.sdk.version", Build.version)
        resource = pairs
    }

    private func value(_ name: String) -> String? { resource.last { $0.name == name }?.value }

    /// By ECS's names.
    var logFields: [LogEncoder.Field] {
        let names: [(StaticString, [String])] = [
            ("service.name", ["service.name"]), ("service.version", ["service.version"]),
            ("service.node.name", ["service.instance.id"]),
            ("service.environment", ["deployment.environment.name", "deployment.environment"]),
        ]
        return names.compactMap { field, sources in
            sources.lazy.compactMap { value($0) }.first.map { (field, .text($0)) }
        }
    }
}
