import GRDB

/// Reads records out of any sink, also while a pod writes.
package struct DecisionReader {
    package let location: DecisionLocation

    package init(_ location: DecisionLocation) { self.location = location }

    private static let columns = "chain, seq, prev, hash, record, features"

    /// Calls `body` with every record, chain by chain in order, until it returns false.
    package func each(
        _ query: DecisionQuery = DecisionQuery(),
        _ body: (StoredRecord) throws(DecisionError) -> Bool
    ) throws(DecisionError) {
        switch location {
        case .file(let folder): try eachLine(folder, body)
        case .sqlite(let path): try eachRow(sqlite: path, query, body)
        case .postgres(let text):
            let (conditions, values) = query.conditions { "$\($0)" }
            try PostgresConnection(text).each(
                "SELECT \(Self.columns) FROM vigie_decisions\(conditions) ORDER BY chain, seq",
                values
            ) { row throws(DecisionError) in
                try body(
                    Self.record(
                        chain: row[0] ?? "", seq: row[1].flatMap { UInt64($0) } ?? 0,
                        row[2] ?? "", row[3] ?? "", row[4] ?? "", row[5]))
            }
        }
    }

    /// The decisions that `query` asks for.
    package func find(
        _ query: DecisionQuery, _ body: (StoredRecord) throws(DecisionError) -> Bool
    ) throws(DecisionError) {
        try each(query) { record throws(DecisionError) in
            query.matches(record) ? try body(record) : true
        }
    }

    private static func record(
        chain: String, seq: UInt64, _ prev: String, _ hash: String, _ record: String,
        _ side: String?
    ) -> StoredRecord {
        StoredRecord(
            chain: chain, sequence: seq, previous: prev, hash: hash, record: Array(record.utf8),
            side: side.map { Array($0.utf8) }, place: "chain '\(chain)' seq \(seq)")
    }

    private func eachLine(
        _ folder: String, _ body: (StoredRecord) throws(DecisionError) -> Bool
    ) throws(DecisionError) {
        for number in try FileSegments(folder).numbers {
            let path = "\(folder)/\(SegmentName.text(number))"
            var reader = try LineReader(path)
            var count = 0
            while let (line, isWhole) = try reader.next() {
                count += 1
                // The last line may be one that is being written, or that a crash has cut.
                guard isWhole else { break }
                guard let record = Line.parse(line, place: "\(path):\(count)") else {
                    throw DecisionError("\(path):\(count): is no record")
                }
                guard try body(record) else { return }
            }
        }
    }

    private func eachRow(
        sqlite path: String, _ query: DecisionQuery,
        _ body: (StoredRecord) throws(DecisionError) -> Bool
    ) throws(DecisionError) {
        let (conditions, values) = query.conditions { _ in "?" }
        do {
            let queue = try DatabaseQueue(
                path: path, configuration: SQLiteSink.configuration(isReadOnly: true))
            try queue.read { database in
                let rows = try Row.fetchCursor(
                    database,
                    sql: "SELECT \(Self.columns) FROM vigie_decisions\(conditions) "
                        + "ORDER BY chain, seq", arguments: StatementArguments(values))
                while let row = try rows.next() {
                    let record = Self.record(
                        chain: row[0], seq: UInt64(row[1] as Int64), row[2], row[3], row[4], row[5])
                    guard try body(record) else { return }
                }
            }
        } catch let error as DecisionError { throw error } catch {
            throw DecisionError("\(path): \(error)")
        }
    }
}
