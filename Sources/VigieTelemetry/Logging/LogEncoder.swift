/// Writes lines of the log: for people, or as JSON by Elastic Common Schema 8.11, with dotted names
/// and the first members in the order that ECS logging wants.
package struct LogEncoder: Sendable {
    /// By dotted name.
    package typealias Field = (name: StaticString, value: LogValue)

    package static let ecsVersion = "8.11.0"

    package let format: LogFormat
    /// Members that every JSON line ends with: who writes.
    private let service: [UInt8]

    /// - Parameter service: by ECS's names: `service.name` and others.
    package init(_ format: LogFormat, service: [Field]) {
        self.format = format
        var bytes: [UInt8] = []
        for (name, value) in service { Self.append(name, value, to: &bytes) }
        self.service = bytes
    }

    /// Appends one line.
    /// - Parameters:
    ///   - time: nanoseconds since 1970.
    ///   - logger: which part of the pod writes (`log.logger`).
    ///   - message: for people; the whole of a text line.
    ///   - fields: for machines; in JSON only.
    package func append(
        _ level: LogLevel, at time: UInt64, logger: StaticString, _ message: String,
        _ fields: [Field] = [], to bytes: inout [UInt8]
    ) {
        switch format {
        case .text:
            bytes += Timestamp.text(time).utf8
            bytes.append(UInt8(ascii: " "))
            bytes += level.rawValue.utf8
            bytes += ": ".utf8
            bytes += LogLine.escaped(message).utf8
        case .json:
            bytes += "{\"@timestamp\":\"".utf8
            bytes += Timestamp.text(time).utf8
            bytes += "\",\"log.level\":\"".utf8
            bytes += level.rawValue.utf8
            bytes += "\",\"message\":".utf8
            LogValue.append(message, to: &bytes)
            bytes += ",\"ecs.version\":\"".utf8
            bytes += Self.ecsVersion.utf8
            bytes.append(UInt8(ascii: "\""))
            Self.append("log.logger", .text(logger.description), to: &bytes)
            for (name, value) in fields { Self.append(name, value, to: &bytes) }
            bytes += service
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func append(_ name: StaticString, _ value: LogValue, to bytes: inout [UInt8]) {
        bytes += ",\"".utf8
        name.withUTF8Buffer { bytes += $0 }
        bytes += "\":".utf8
        value.append(to: &bytes)
    }
}
