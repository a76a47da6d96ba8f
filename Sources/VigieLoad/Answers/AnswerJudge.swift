import Glibc
import VigieProtos

/// Says of every answer whether it is right, and whose it is.
///
/// An answer whose bytes were judged before is judged by them: a model that answers the same row with
/// the same bytes costs a comparison. All others are decoded.
package struct AnswerJudge {
    /// What is found out about an answer.
    package struct Verdict: Sendable, Equatable {
        /// Into ``AnswerJudge/versions``.
        package var version: Int
        package var isRight: Bool
        /// The server refused the request, inside a stream that goes on.
        package var isRefusal = false
    }

    /// An answer that was judged, kept to recognise it.
    private struct Known {
        var bytes: [UInt8]
        var fingerprint: [UInt8]
        var verdict: Verdict
    }

    private let readers: [AnswerReader]
    private let targets: [LoadTarget]
    /// For each request of each target, of the versions that answered last.
    private var known: [[[Known]]]
    private var knownBytes = 0
    private let arena = Arena()
    private let checksConsistency: Bool
    private let samplesMax: Int

    /// Versions as answers name them; the first is for answers without one.
    package private(set) var versions = [""]
    /// The first wrong answers.
    package private(set) var samples: [WrongAnswer] = []
    /// Answers that had to be decoded.
    package private(set) var decoded = 0

    /// Versions of one row that are remembered.
    private static let knownPerRequest = 3
    /// Answers over this are decoded each time.
    private static let knownBytesEach = 16 * 1024
    /// What all answers that are kept may take.
    private static let knownBytesMax = 64 << 20
    /// Further versions count as the first.
    package static let versionsMax = 256

    package init(
        _ targets: [LoadTarget], tolerance: Tolerance = Tolerance(),
        checksConsistency: Bool = true, samplesMax: Int = 10
    ) {
        self.targets = targets
        readers = targets.map { AnswerReader(target: $0, tolerance: tolerance) }
        known = targets.map { [[Known]](repeating: [], count: $0.requests.count) }
        self.checksConsistency = checksConsistency
        self.samplesMax = samplesMax
    }

    /// - Parameters:
    ///   - target: the part of the load that was asked.
    ///   - request: which of its requests.
    package mutating func judge(_ message: RawSpan, target: Int, request: Int) -> Verdict {
        for index in known[target][request].indices {
            if isSame(message, known[target][request][index].bytes) {
                return known[target][request][index].verdict
            }
        }
        return decode(message, target, request)
    }

    @inline(__always)
    private func isSame(_ message: RawSpan, _ bytes: [UInt8]) -> Bool {
        guard message.byteCount == bytes.count else { return false }
        return message.withUnsafeBytes { left in
            bytes.withUnsafeBytes { right in
                // Of a buffer that is not empty, the base is there.
                left.isEmpty || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0
            }
        }
    }

    private mutating func decode(_ message: RawSpan, _ target: Int, _ request: Int) -> Verdict {
        decoded += 1
        let prepared = targets[target].requests[request]
        var answer = readers[target].read(message, prepared, arena)
        let version = index(of: answer.version)
        let earlier = known[target][request].firstIndex { $0.verdict.version == version }
        if answer.fault == nil, checksConsistency, let earlier,
            versions[version] == answer.version,
            known[target][request][earlier].fingerprint != answer.fingerprint
        {
            answer.fault = "another answer than before to the same row"
        }
        let verdict = Verdict(
            version: version, isRight: answer.fault == nil, isRefusal: answer.isRefusal)
        if let fault = answer.fault {
            if !answer.isRefusal { keep(fault, answer.version, target, prepared) }
        } else {
            remember(message, answer, verdict, earlier, target, request)
        }
        return verdict
    }

    private mutating func keep(
        _ fault: String, _ version: String, _ target: Int, _ request: PreparedRequest
    ) {
        guard samples.count < samplesMax else { return }
        let entry = targets[target].entry
        samples.append(
            WrongAnswer(
                method: entry.method.name, model: entry.model, version: version,
                row: request.row, reason: fault))
    }

    private mutating func remember(
        _ message: RawSpan, _ answer: ReadAnswer, _ verdict: Verdict, _ earlier: Int?,
        _ target: Int, _ request: Int
    ) {
        let count = message.byteCount + answer.fingerprint.count
        guard count <= Self.knownBytesEach, knownBytes + count <= Self.knownBytesMax else { return }
        let entry = Known(
            bytes: message.withUnsafeBytes { Array($0) }, fingerprint: answer.fingerprint,
            verdict: verdict)
        if let place = earlier ?? (isFull(target, request) ? 0 : nil) {
            let old = known[target][request].remove(at: place)
            knownBytes -= old.bytes.count + old.fingerprint.count
        }
        knownBytes += count
        known[target][request].append(entry)
    }

    private func isFull(_ target: Int, _ request: Int) -> Bool {
        known[target][request].count >= Self.knownPerRequest
    }

    /// The number of a version's name.
    mutating func index(of version: String) -> Int {
        if let index = versions.firstIndex(of: version) { return index }
        guard versions.count < Self.versionsMax else { return 0 }
        versions.append(version)
        return versions.count - 1
    }
}
