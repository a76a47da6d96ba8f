import Glibc
import VigieTelemetry

/// OpenTelemetry's own variables, which operators set for all their pods alike: each stands for a
/// setting of ours, and gives way to that, wherever that is set.
///
/// What such a variable says that we do not understand is ignored with a warning, as OpenTelemetry's
/// specification of its variables asks.
enum OTelVariables {
    /// A setting that a variable stands for.
    struct Reading {
        var setting: String
        var value: String
        var variable: String
    }

    /// Ours, by those that stand for it, the more special first; and how its value is read.
    private static let table:
        [(setting: String, variables: [String], read: @Sendable (String) -> String?)] = [
            ("trace-endpoint", otlp("ENDPOINT"), { TraceEndpoint($0) == nil ? nil : $0 }),
            ("trace-headers", otlp("HEADERS"), { KeyValueList(argument: $0) == nil ? nil : $0 }),
            ("trace-timeout", otlp("TIMEOUT"), milliseconds),
            (
                "trace-compression", otlp("COMPRESSION"),
                { TraceCompression(rawValue: $0) == nil ? nil : $0 }
            ),
            ("trace-ca", otlp("CERTIFICATE"), { $0 }),
            ("trace-cert", otlp("CLIENT_CERTIFICATE"), { $0 }),
            ("trace-key", otlp("CLIENT_KEY"), { $0 }),
            (
                "trace-sampler", ["OTEL_TRACES_SAMPLER"],
                { TraceSamplerName(rawValue: $0) == nil ? nil : $0 }
            ),
            (
                "trace-sample-ratio", ["OTEL_TRACES_SAMPLER_ARG"],
                { text in Double(text).flatMap { (0...1).contains($0) ? text : nil } }
            ),
            ("trace-delay", ["OTEL_BSP_SCHEDULE_DELAY"], milliseconds),
            ("trace-queue", ["OTEL_BSP_MAX_QUEUE_SIZE"], { count($0, 1...1_048_576) }),
            ("trace-batch", ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], { count($0, 1...10_000) }),
            ("service-name", ["OTEL_SERVICE_NAME"], { $0 }),
            (
                "resource-attributes", ["OTEL_RESOURCE_ATTRIBUTES"],
                { KeyValueList(argument: $0) == nil ? nil : $0 }
            ),
        ]

    /// What the environment says.
    /// - Returns: the settings, and what is wrong with other variables.
    static func read(_ variable: (String) -> String?) -> (readings: [Reading], warnings: [String]) {
        var readings: [Reading] = []
        var warnings: [String] = []
        // An empty variable is the same as none.
        func text(_ name: String) -> String? {
            variable(name).flatMap { $0.isEmpty ? nil : $0 }
        }
        for (setting, variables, read) in table {
            guard let name = variables.first(where: { text($0) != nil }), let value = text(name)
            else { continue }
            if let known = read(value) {
                readings.append(Reading(setting: setting, value: known, variable: name))
            } else {
                warnings.append("\(name)=\(value) is not understood here, and ignored")
            }
        }
        for name in otlp("PROTOCOL") {
            if let value = text(name), value != "grpc" {
                warnings.append("\(name)=\(value): only grpc is spoken here")
            }
        }
        if isOff(text) { readings.removeAll { $0.setting == "trace-endpoint" } }
        return (readings, warnings)
    }

    private static func isOff(_ text: (String) -> String?) -> Bool {
        text("OTEL_SDK_DISABLED")?.lowercased() == "true" || text("OTEL_TRACES_EXPORTER") == "none"
    }

    private static func otlp(_ name: String) -> [String] {
        ["OTEL_EXPORTER_OTLP_TRACES_\(name)", "OTEL_EXPORTER_OTLP_\(name)"]
    }

    @Sendable private static func milliseconds(_ text: String) -> String? {
        Int(text).flatMap { $0 > 0 && $0 < 1_000_000_000 ? "\($0)ms" : nil }
    }

    private static func count(_ text: String, _ range: ClosedRange<Int>) -> String? {
        Int(text).flatMap { range.contains($0) ? text : nil }
    }
}
