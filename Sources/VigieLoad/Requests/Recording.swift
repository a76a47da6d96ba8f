import VigieCommandLine
import VigieEngine
import VigieProtos
import VigieRPC

/// Requests with their times, as JSON lines: what a run sends, and what a replay sends again.
///
/// A line is an object of
/// - `at`: seconds from the beginning, 0 or more;
/// - `method`: `ping`, `infer`, `stream`, `score`, or the method's own name;
/// - `model` (but for Ping), `version` (may be left out);
/// - the request: `message`, the protobuf message in base 64; or `features`, a row as in a rows file
///   (then `expected` as there, too), which is encoded by the model's signature.
///
/// Or it is a decision of a log (``RecordedDecision``), which is asked for again when its time comes:
/// times count from the earliest. The log must hold the features' values.
package struct Recording: Sendable {
    /// One line.
    package struct Entry: Sendable {
        /// Nanoseconds from the beginning.
        package var offset: UInt64
        package var entry: MixEntry
        package var payload: Payload
        /// Its line in the file, from 1.
        package var line: Int
    }

    package enum Payload: Sendable {
        case message([UInt8])
        case row(Row)
        case rows([Row])
    }

    /// In the order of their times.
    package let entries: [Entry]
    /// Decisions that are left out, since the log does not hold what they were made of.
    package let withoutValues: Int

    /// Lines more than these are refused: all are held in memory.
    package static let entriesMax = 2_000_000

    // MARK: Reading

    /// - Parameter speed: 2 sends everything twice as fast.
    package init(_ text: String, name: String, speed: Double = 1) throws(LoadError) {
        var entries: [Entry] = []
        var decisions: [(time: UInt64, entry: Entry)] = []
        var withoutValues = 0
        let lines = text.fileLines
        for (index, line) in lines.enumerated() where line.contains(where: { !$0.isWhitespace }) {
            let place = "\(name):\(index + 1)"
            let value: JSONValue
            do { value = try JSONParser.parse(String(line)) } catch {
                throw LoadError("\(place): not JSON: \(error)")
            }
            guard value["record"] != nil else {
                entries.append(try Self.entry(value, place, index + 1, speed))
                continue
            }
            guard let decision = try RecordedDecision(value, place) else { continue }
            guard let rows = decision.rows else {
                withoutValues += 1
                continue
            }
            let payload = decision.entry.method == .score ? Payload.row(rows[0]) : .rows(rows)
            decisions.append(
                (
                    decision.time,
                    Entry(offset: 0, entry: decision.entry, payload: payload, line: index + 1)
                ))
        }
        let first = decisions.reduce(UInt64.max) { min($0, $1.time) }
        for (time, var entry) in decisions {
            entry.offset = UInt64(Double(time - first) / speed)
            entries.append(entry)
        }
        self.withoutValues = withoutValues
        guard !entries.isEmpty else {
            throw LoadError(
                withoutValues == 0
                    ? "\(name): there are no requests in it"
                    : "\(name): none of its \(withoutValues) decisions holds the values that it was made "
                        + "of: the manifest's decisionLog.features must be 'values'")
        }
        guard entries.count <= Self.entriesMax else {
            throw LoadError("\(name): \(entries.count) requests are more than \(Self.entriesMax)")
        }
        self.entries = entries.sorted { ($0.offset, $0.line) < ($1.offset, $1.line) }
    }

    private static func entry(
        _ value: JSONValue, _ place: String, _ line: Int, _ speed: Double
    ) throws(LoadError) -> Entry {
        guard let at = value["at"]?.double, at >= 0, at < 1e8 else {
            throw LoadError("\(place): 'at' must be seconds from the beginning, 0 or more")
        }
        guard let name = value["method"]?.string, let method = LoadMethod(name: name) else {
            let known = LoadMethod.allCases.map(\.rawValue).joined(separator: ", ")
            throw LoadError("\(place): 'method' must be one of \(known)")
        }
        let model = value["model"]?.string ?? ""
        guard !method.needsModel || !model.isEmpty else {
            throw LoadError("\(place): 'model' is missing")
        }
        let entry = MixEntry(
            method: method, model: model, version: value["version"]?.string ?? "")
        return Entry(
            offset: UInt64(at / speed * 1e9), entry: entry,
            payload: try payload(value, place), line: line)
    }

    private static func payload(_ value: JSONValue, _ place: String) throws(LoadError) -> Payload {
        if let text = value["message"]?.string {
            guard let bytes = Base64.decode(Array(text.utf8)) else {
                throw LoadError("\(place): 'message' is not base 64")
            }
            return .message(bytes)
        }
        guard value["features"] != nil else {
            throw LoadError("\(place): neither 'message' nor 'features' is there")
        }
        return .row(try RowFile.row(value, place))
    }

    // MARK: Writing

    /// A line of the format.
    package static func line(
        offset: UInt64, entry: MixEntry, message: some Collection<UInt8>
    ) -> String {
        let encoded = String(decoding: Base64.encode(message), as: UTF8.self)
        var text = "{\"at\": \(JSONWriter.number(Double(offset) / 1e9)), "
        text += "\"method\": \"\(entry.method.rawValue)\""
        if !entry.model.isEmpty { text += ", \"model\": \(JSONWriter.string(entry.model))" }
        if !entry.version.isEmpty { text += ", \"version\": \(JSONWriter.string(entry.version))" }
        return text + ", \"message\": \"\(encoded)\"}\n"
    }
}

/// What a recording is played from: parts of the load, and which request of which part comes when.
package struct Script: Sendable {
    package struct Step: Sendable, Equatable {
        package var target: Int32
        package var request: Int32
    }

    package let targets: [LoadTarget]
    package let steps: [Step]
    /// Nanoseconds, in order.
    package let offsets: [UInt64]

    /// - Parameter signature: what a model takes.
    package init(
        _ recording: Recording, signature: (MixEntry) throws(LoadError) -> ModelSignature
    ) throws(LoadError) {
        var parts: [(entry: MixEntry, signature: ModelSignature?, requests: [PreparedRequest])] = []
        var steps: [Step] = []
        for recorded in recording.entries {
            var place = parts.firstIndex { $0.entry == recorded.entry }
            if place == nil {
                let needs = recorded.entry.method.needsModel
                let known = needs ? try signature(recorded.entry) : nil
                parts.append((recorded.entry, known, []))
                place = parts.count - 1
            }
            guard let place else { continue }
            let part = parts[place]
            let request = try Self.request(recorded, part.signature, part.requests.count)
            steps.append(Step(target: Int32(place), request: Int32(part.requests.count)))
            parts[place].requests.append(request)
        }
        targets = parts.map {
            LoadTarget($0.entry, requests: $0.requests, signature: $0.signature)
        }
        self.steps = steps
        offsets = recording.entries.map(\.offset)
    }

    private static func request(
        _ recorded: Recording.Entry, _ signature: ModelSignature?, _ index: Int
    ) throws(LoadError) -> PreparedRequest {
        switch recorded.payload {
        case .message(let bytes): return try request(bytes, recorded)
        case .rows(let rows):
            guard let signature else {
                throw LoadError("line \(recorded.line): Ping takes no rows")
            }
            return try RequestEncoder(recorded.entry, signature).infer(rows, index: recorded.line)
        case .row(let row):
            guard let signature else {
                throw LoadError("line \(recorded.line): Ping takes a 'message', not 'features'")
            }
            let encoder = RequestEncoder(recorded.entry, signature)
            return recorded.entry.method == .score
                ? try encoder.score(row, index: recorded.line)
                : try encoder.infer([row], index: recorded.line)
        }
    }

    /// The id and the number of rows are read from the message itself.
    private static func request(
        _ bytes: [UInt8], _ recorded: Recording.Entry
    ) throws(LoadError) -> PreparedRequest {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        var id = ""
        var batch = 1
        do throws(DecodeError) {
            switch recorded.entry.method {
            case .ping: _ = try VigieV1.PingRequest(decoding: bytes.span.bytes, in: arena)
            case .score:
                id = String(
                    try VigieV1.ScoreApplicationRequest(decoding: bytes.span.bytes, in: arena)
                        .requestId)
            case .infer, .stream:
                let request = try Inference.ModelInferRequest(
                    decoding: bytes.span.bytes, in: arena)
                id = String(request.id)
                batch = request.inputs.first?.shape.first.map { Int($0) } ?? 1
            }
        } catch {
            throw LoadError("line \(recorded.line): 'message' is no request: \(error)")
        }
        return PreparedRequest(message: bytes, row: recorded.line, id: id, batch: batch)
    }
}
