import Glibc
import Synchronization
import VigieEngine
import VigieRegistry

/// The pod's log: one line an event on standard error, for people or in Elastic Common Schema.
///
/// Written from the main and the store's thread; loops hand their lines to ``LogWriter``.
struct Log: Sendable {
    enum Level: String, CaseIterable, Sendable, Comparable {
        case debug, info, warning, error

        static func < (left: Level, right: Level) -> Bool {
            allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
        }
    }

    enum Format: String, CaseIterable, Sendable {
        case text, json
    }

    let format: Format
    let writer: LogWriter
    private let threshold: LogThreshold

    init(level: Level, format: Format, writer: LogWriter) {
        self.format = format
        self.writer = writer
        threshold = LogThreshold(level)
    }

    /// Least weighty lines that are written.
    var level: Level { threshold.level }

    /// Changes ``level`` for every copy of this log; any thread.
    func setLevel(_ level: Level) { threshold.set(level) }

    func debug(_ message: @autoclosure () -> String) { write(.debug, message()) }
    func info(_ message: @autoclosure () -> String) { write(.info, message()) }
    func warning(_ message: @autoclosure () -> String) { write(.warning, message()) }
    func error(_ message: @autoclosure () -> String) { write(.error, message()) }

    /// - Parameter fields: further members of a JSON line, by their dotted ECS names.
    func write(
        _ level: Level, _ message: @autoclosure () -> String,
        fields: @autoclosure () -> [(String, LogValue)] = []
    ) {
        guard level >= self.level else { return }
        switch format {
        case .text:
            let text = LogLine.escaped(message())
            writer.append("\(Timestamp.now()) \(level.rawValue): \(text)\n")
        case .json:
            var line = "{\"@timestamp\":\"\(Timestamp.now())\",\"log.level\":\"\(level.rawValue)\""
            line += ",\"message\":\(LogValue.text(message()).json),\"ecs.version\":\"8.11.0\""
            line += ",\"service.name\":\"vigie\""
            for (name, value) in fields() { line += ",\"\(name)\":\(value.json)" }
            writer.append(line + "}\n")
        }
    }
}

enum LogLine {
    /// `text` as one line: messages quote what callers sent, who must not be able to write lines of
    /// their own into the log, nor to steer the terminal that shows it.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar) {
                line += scalar.escaped(asASCII: true)
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

/// A value in a JSON log line.
enum LogValue: Sendable {
    case text(String)
    case integer(Int)

    var json: String {
        switch self {
        case .integer(let number): return String(number)
        case .text(let text): return JSONWriter.string(text)
        }
    }
}

/// RFC 3339 in UTC, to the millisecond.
enum Timestamp {
    static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        func padded(_ value: some BinaryInteger, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return padded(parts.tm_year + 1900, 4) + "-" + padded(parts.tm_mon + 1, 2) + "-"
            + padded(parts.tm_mday, 2) + "T" + padded(parts.tm_hour, 2) + ":"
            + padded(parts.tm_min, 2) + ":" + padded(parts.tm_sec, 2) + "."
            + padded(time.tv_nsec / 1_000_000, 3) + "Z"
    }
}
