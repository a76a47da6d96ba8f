import VigieEngine

/// Recomputes whole chains.
package struct ChainCheck {
    /// What is wrong with the first bad record; nil when all are sound.
    package private(set) var problem: String?
    /// Records seen.
    package private(set) var records = 0
    /// Where each chain ends.
    package private(set) var ends: [(chain: String, sequence: UInt64, hash: String)] = []
    /// What people should know though nothing is wrong.
    package private(set) var notes: [String] = []

    /// - Parameters:
    ///   - key: of a file log's checkpoint; empty when it has none.
    package init(_ location: DecisionLocation, key: [UInt8] = []) throws(DecisionError) {
        var last: (chain: String, end: ChainEnd)?
        var checkpoint: Checkpoint?
        if case .file(let folder) = location { checkpoint = read(folder, key) }
        var passed = checkpoint == nil
        var found: String?
        var count = 0
        var ends: [(chain: String, sequence: UInt64, hash: String)] = []
        var notes: [String] = []
        do throws(DecisionError) {
            try DecisionReader(location).each { record throws(DecisionError) in
                if let before = last, before.chain != record.chain {
                    ends.append((before.chain, before.end.sequence, before.end.hash))
                    last = nil
                }
                if last == nil, record.sequence != 1 {
                    notes.append(
                        "\(record.place): records before \(record.sequence) are not kept any more")
                }
                found = Self.problem(record, after: last?.end)
                guard found == nil else { return false }
                count += 1
                let end = ChainEnd(sequence: record.sequence, hash: record.hash)
                last = (record.chain, end)
                if let checkpoint, record.sequence == checkpoint.end.sequence {
                    passed = true
                    if record.hash != checkpoint.end.hash {
                        found = "\(record.place): the checkpoint has another hash for this record"
                        return false
                    }
                }
                return true
            }
        } catch { found = error.description }
        if let last { ends.append((last.chain, last.end.sequence, last.end.hash)) }
        if found == nil, !passed, let checkpoint {
            found =
                "the log has been cut off at its end: it ends at record \(last?.end.sequence ?? 0), "
                + "but its checkpoint is of record \(checkpoint.end.sequence)"
        }
        problem = problem ?? found
        records = count
        self.ends = ends
        self.notes += notes
    }

    private mutating func read(_ folder: String, _ key: [UInt8]) -> Checkpoint? {
        do throws(DecisionError) {
            guard let checkpoint = try Checkpoint.read(folder) else {
                notes.append("there is no checkpoint: a log cut off at its end would not be known")
                return nil
            }
            if !key.isEmpty, !checkpoint.isSigned(by: key) {
                problem = "\(folder)/\(Checkpoint.fileName) is not signed with this key"
            }
            return checkpoint
        } catch {
            problem = error.description
            return nil
        }
    }

    /// What is wrong with a record, which must follow `end`; nil for the first one that is kept.
    private static func problem(_ record: StoredRecord, after end: ChainEnd?) -> String? {
        if let end {
            guard record.sequence == end.sequence + 1 else {
                return "\(record.place): record \(record.sequence) follows record \(end.sequence)"
            }
            guard record.previous == end.hash else {
                return
                    "\(record.place): its predecessor's hash is not that of record \(end.sequence)"
            }
        } else if record.sequence == 1, record.previous != ChainEnd.start.hash {
            return "\(record.place): the first record has a predecessor"
        }
        guard let computed = record.recomputed, computed.hash == record.hash else {
            return "\(record.place): the record has been changed: its hash is another"
        }
        guard let fields = record.fields else { return "\(record.place): the record is no JSON" }
        if let problem = FeatureSide.problem(record, fields) { return problem }
        return nil
    }
}
