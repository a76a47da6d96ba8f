import VigieTransport

/// A table of a PostgreSQL database, filled by COPY, a transaction a batch.
final class PostgresSink: DecisionSink {
    private let text: String
    private let chain: String
    private let patience: Duration
    private var connection: PostgresConnection?
    private var end = ChainEnd.start
    /// What a COMMIT was sent for that has not been answered, and where the chain ends if it was carried
    /// out.
    private var doubt: (batches: [DecisionBatch], end: ChainEnd)?
    /// What turned out to have been committed, and may be asked for again.
    private var committed: [DecisionBatch] = []
    /// What keeps two pods from writing one chain: "vigie" in ASCII, and the chain's hash.
    private static let lockClass = 0x7669_6765

    init(_ text: String, _ options: DecisionLogOptions) throws(DecisionError) {
        self.text = text
        chain = options.chain
        patience = options.timeout
        _ = try open()
    }

    private func open() throws(DecisionError) -> PostgresConnection {
        if let connection { return connection }
        let opened = try PostgresConnection(text, patience: patience)
        // One caller's name that the database's encoding lacks would keep all records out.
        let encoding = try opened.run("SHOW server_encoding").first?.first ?? nil
        guard let encoding, ["UTF8", "SQL_ASCII"].contains(encoding) else {
            throw DecisionError(
                "the database's encoding must be UTF8, not \(encoding ?? "unknown")")
        }
        // Two pods that create the table at once would collide in the catalog.
        try opened.run("SELECT pg_advisory_lock(\(Self.lockClass))")
        try opened.run(DecisionTable.schema)
        try opened.run("SELECT pg_advisory_unlock(\(Self.lockClass))")
        let lock = try opened.run(
            "SELECT pg_try_advisory_lock(\(Self.lockClass), hashtext($1))", [chain])
        guard lock.first?.first == "t" else {
            throw DecisionError(
                "another pod writes the chain '\(chain)'; give each its own --decision-log-chain")
        }
        let last = try opened.run(
            "SELECT seq, hash FROM vigie_decisions WHERE chain = $1 ORDER BY seq DESC LIMIT 1",
            [chain])
        end = .start
        if let row = last.first, let seq = row[0].flatMap({ UInt64($0) }), let hash = row[1] {
            end = ChainEnd(sequence: seq, hash: hash)
        }
        // The lock is ours, so whoever wrote before has ended: what is there now stays as it is.
        if let doubt, doubt.end == end { committed = doubt.batches }
        doubt = nil
        connection = opened
        return opened
    }

    func append(_ batches: [DecisionBatch], isDurable: Bool) throws(DecisionError) {
        do throws(DecisionError) {
            let connection = try open()
            var rows: [UInt8] = []
            var next = end
            let new = batches.filter { batch in !committed.contains { $0 === batch } }
            for batch in new {
                for record in batch.records {
                    let row = DecisionTable.values(record, batch, chain: chain, after: next)
                    Self.append(row.values, to: &rows)
                    next = row.end
                }
            }
            try connection.run("BEGIN")
            try connection.copy(
                "COPY vigie_decisions (\(DecisionTable.columns.joined(separator: ","))) FROM STDIN",
                rows)
            doubt = (new, next)
            try connection.run("COMMIT")
            doubt = nil
            committed = []
            end = next
        } catch {
            // Whether it was committed is seen when the chain's end is read again: a decision must not be
            // recorded twice.
            connection = nil
            throw error
        }
    }

    /// A line of COPY's text format.
    private static func append(_ values: [String?], to bytes: inout [UInt8]) {
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "\t")) }
            guard let value else {
                bytes += Array("\\N".utf8)
                continue
            }
            for byte in value.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): bytes += Array("\\\\".utf8)
                case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
                case UInt8(ascii: "\r"): bytes += Array("\\r".utf8)
                case UInt8(ascii: "\t"): bytes += Array("\\t".utf8)
                // PostgreSQL's text has no NUL.
                case 0: bytes += Array("\u{FFFD}".utf8)
                default: bytes.append(byte)
                }
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    func tend(now: MonotonicTime) throws(DecisionError) {
        if connection == nil { _ = try open() }
    }

    func close() throws(DecisionError) { connection = nil }
}
