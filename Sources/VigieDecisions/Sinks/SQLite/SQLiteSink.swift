import GRDB
import VigieTransport

/// A SQLite file in write-ahead mode, where each commit is forced to the disk.
final class SQLiteSink: DecisionSink {
    private let path: String
    private let chain: String
    private let patience: Duration
    private var queue: DatabaseQueue?
    private var end = ChainEnd.start

    init(_ path: String, _ options: DecisionLogOptions) throws(DecisionError) {
        self.path = path
        chain = options.chain
        patience = options.timeout
        _ = try open()
    }

    /// What the file is opened with, to write and to read.
    /// - Parameter patience: how long to wait for others who write.
    static func configuration(
        isReadOnly: Bool, patience: Duration = .seconds(5)
    ) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(patience / .seconds(1))
        if !isReadOnly {
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
        }
        return configuration
    }

    private func open() throws(DecisionError) -> DatabaseQueue {
        if let queue { return queue }
        do {
            let opened = try DatabaseQueue(
                path: path, configuration: Self.configuration(isReadOnly: false, patience: patience)
            )
            end = try opened.write { [chain] database in
                try database.execute(sql: DecisionTable.schema)
                let row = try Row.fetchOne(
                    database,
                    sql:
                        "SELECT seq, hash FROM vigie_decisions WHERE chain = ? ORDER BY seq DESC LIMIT 1",
                    arguments: [chain])
                return row.map { ChainEnd(sequence: UInt64($0[0] as Int64), hash: $0[1]) } ?? .start
            }
            queue = opened
            return opened
        } catch { throw DecisionError("\(path): \(error)") }
    }

    func append(_ batches: [DecisionBatch], isDurable: Bool) throws(DecisionError) {
        let queue = try open()
        do {
            end = try queue.write { [chain, end] database in
                let marks = DecisionTable.columns.map { _ in "?" }.joined(separator: ",")
                let names = DecisionTable.columns.joined(separator: ",")
                let statement = try database.cachedStatement(
                    sql: "INSERT INTO vigie_decisions (\(names)) VALUES (\(marks))")
                var next = end
                for batch in batches {
                    for record in batch.records {
                        let row = DecisionTable.values(record, batch, chain: chain, after: next)
                        try statement.execute(arguments: StatementArguments(row.values))
                        next = row.end
                    }
                }
                return next
            }
        } catch {
            // What it holds now is read again before the next attempt.
            self.queue = nil
            throw DecisionError("\(path): \(error)")
        }
    }

    func tend(now: MonotonicTime) throws(DecisionError) {
        if queue == nil { _ = try open() }
    }

    func close() throws(DecisionError) { queue = nil }
}
