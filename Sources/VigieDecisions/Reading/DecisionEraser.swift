import GRDB
import Glibc
import VigieRegistry

/// Removes what stands beside records: the salts of their features' digests, and values. The records
/// stay and their chain verifies; without its salt a digest tells nothing of what it was made of.
package struct DecisionEraser {
    private let location: DecisionLocation
    /// Records whose features were removed.
    package private(set) var erased = 0
    /// Records that match, but stand in the file that a pod is writing.
    package private(set) var left = 0

    package init(_ location: DecisionLocation) { self.location = location }

    /// Erases the features of the decisions that `query` asks for.
    package mutating func erase(_ query: DecisionQuery) throws(DecisionError) {
        switch location {
        case .file(let folder): try erase(query, folder: folder)
        case .sqlite(let path):
            let (conditions, values) = query.conditions { _ in "?" }
            do {
                let queue = try DatabaseQueue(
                    path: path, configuration: SQLiteSink.configuration(isReadOnly: false))
                erased = try queue.write { database in
                    // Overwritten, not only unlinked: nothing of it stays in the file.
                    try database.execute(sql: "PRAGMA secure_delete = ON")
                    try database.execute(
                        sql: Self.update(conditions), arguments: StatementArguments(values))
                    return database.changesCount
                }
                try queue.writeWithoutTransaction { database in
                    _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                }
            } catch { throw DecisionError("\(path): \(error)") }
        case .postgres(let text):
            let (conditions, values) = query.conditions { "$\($0)" }
            erased = try PostgresConnection(text)
                .run(Self.update(conditions) + " RETURNING 1", values).count
        }
    }

    private static func update(_ conditions: String) -> String {
        "UPDATE vigie_decisions SET features = NULL"
            + (conditions.isEmpty ? " WHERE " : conditions + " AND ") + "features IS NOT NULL"
    }

    // MARK: Files

    private mutating func erase(_ query: DecisionQuery, folder: String) throws(DecisionError) {
        let lock = open("\(folder)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard lock >= 0 else {
            throw DecisionError("cannot open \(folder)/.lock: \(String(cString: strerror(errno)))")
        }
        defer { close(lock) }
        let isAlone = flock(lock, LOCK_EX | LOCK_NB) == 0
        let numbers = try FileSegments(folder).numbers
        for number in numbers {
            try erase(
                query, "\(folder)/\(SegmentName.text(number))",
                isClosed: isAlone || number != numbers.last)
        }
    }

    /// Writes a segment anew beside itself, and puts it in its own place.
    private mutating func erase(
        _ query: DecisionQuery, _ path: String, isClosed: Bool
    ) throws(DecisionError) {
        var reader = try LineReader(path)
        var bytes: [UInt8] = []
        var count = 0
        while let (line, isWhole) = try reader.next() {
            if isWhole, let record = Line.parse(line, place: path), record.side != nil,
                query.matches(record)
            {
                count += 1
                bytes += Line.withoutSide(line, record)
            } else {
                bytes += line
            }
            if isWhole { bytes.append(UInt8(ascii: "\n")) }
        }
        guard count > 0 else { return }
        guard isClosed else {
            left += count
            return
        }
        do throws(FileError) { try AtomicFile.write(bytes, to: path) } catch {
            throw DecisionError("\(error)")
        }
        chmod(path, 0o640)
        erased += count
    }
}
