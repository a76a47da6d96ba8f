import ArgumentParser
import Glibc
import VigieCommandLine
import VigieDecisions
import VigieRegistry

/// Where decisions are recorded, and how surely.
struct DecisionFlags: ParsableArguments {
    private static let defaults = DecisionLogOptions()

    @Option(
        help: .init(
            "Where decisions are recorded: file:FOLDER, sqlite:FILE, postgres:CONNINFO; several behind ';'. Nowhere without this.",
            valueName: "places"))
    var decisionLog: String?

    @Option(
        help: .init(
            "required: an answer leaves when its record is durable, else it is refused; best-effort: at once, losses are counted; off. For models whose manifest does not say.",
            valueName: "mode"))
    var decisionLogMode = DecisionLogPolicy.Mode.required

    @Option(
        help: .init(
            "Whose chain the records are, where pods share a database. Default: the host's name.",
            valueName: "name"))
    var decisionLogChain: String?

    @Option(help: .init("Decisions that may wait to be recorded.", valueName: "bytes"))
    var decisionLogQueue = ByteCount(DecisionFlags.defaults.queueBytesMax)

    @Option(help: .init("Size at which a file is closed and the next begun.", valueName: "bytes"))
    var decisionLogSegmentBytes = ByteCount(DecisionFlags.defaults.segmentBytesMax)

    @Option(help: .init("Age at which a file is closed and the next begun.", valueName: "time"))
    var decisionLogSegmentAge = TimeSpan(DecisionFlags.defaults.segmentAgeMax)

    @Option(
        help: .init(
            "How often a file that nobody waits for is forced to the disk, and its checkpoint written.",
            valueName: "time"))
    var decisionLogSyncInterval = TimeSpan(DecisionFlags.defaults.syncInterval)

    @Option(
        help: .init(
            "A place that has not answered for so long cannot be written: who waits for it is refused.",
            valueName: "time"))
    var decisionLogTimeout = TimeSpan(DecisionFlags.defaults.timeout)

    @Option(
        help: .init("File of the key that signs checkpoints (HMAC-SHA-256).", valueName: "file"))
    var decisionLogKey: String?

    func validate() throws {
        _ = try places()
        guard decisionLogQueue.bytes >= 1 << 16 else {
            throw ValidationError("--decision-log-queue must be at least 64KiB.")
        }
        guard decisionLogSegmentBytes.bytes >= 1 << 12 else {
            throw ValidationError("--decision-log-segment-bytes must be at least 4KiB.")
        }
        guard decisionLogSyncInterval.duration >= .milliseconds(1) else {
            throw ValidationError("--decision-log-sync-interval must be at least 1ms.")
        }
        guard decisionLogTimeout.duration >= .milliseconds(100) else {
            throw ValidationError("--decision-log-timeout must be at least 100ms.")
        }
        if let decisionLogChain, decisionLogChain.isEmpty || decisionLogChain.utf8.count > 255 {
            throw ValidationError("--decision-log-chain must have 1 to 255 bytes.")
        }
    }

    private func places() throws -> [DecisionLocation] {
        try (decisionLog ?? "").split(separator: ";").map { part in
            let text = String(part.drop { $0 == " " })
            guard let place = DecisionLocation(text) else {
                throw ValidationError(
                    "--decision-log: '\(text)' must be file:FOLDER, sqlite:FILE or postgres:CONNINFO."
                )
            }
            return place
        }
    }

    /// Nil when nothing is recorded.
    func options() throws(StartFailure) -> DecisionLogOptions? {
        // ``validate()`` has read them before.
        guard let places = try? places(), !places.isEmpty else { return nil }
        var options = DecisionLogOptions()
        options.sinks = places
        options.mode = decisionLogMode
        options.chain = decisionLogChain ?? Self.hostName
        options.queueBytesMax = decisionLogQueue.bytes
        options.segmentBytesMax = decisionLogSegmentBytes.bytes
        options.segmentAgeMax = decisionLogSegmentAge.duration
        options.syncInterval = decisionLogSyncInterval.duration
        options.timeout = decisionLogTimeout.duration
        if let decisionLogKey { options.key = try DecisionKey.read(decisionLogKey) }
        return options
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = String(
            decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return host.isEmpty ? "vigie" : host
    }
}

/// The key of checkpoints.
enum DecisionKey {
    /// The file's bytes, without line ends behind them.
    static func read(_ path: String) throws(StartFailure) -> [UInt8] {
        let text: String
        do { text = try TextFile.read(path) } catch {
            throw StartFailure(description: "--decision-log-key: \(error)")
        }
        var bytes = Array(text.utf8)
        while bytes.last == UInt8(ascii: "\n") || bytes.last == UInt8(ascii: "\r") {
            bytes.removeLast()
        }
        guard bytes.count >= 16 else {
            throw StartFailure(
                description: "--decision-log-key: \(path) must hold at least 16 bytes")
        }
        return bytes
    }
}
