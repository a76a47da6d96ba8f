/// The table that databases keep records in.
enum DecisionTable {
    /// Brings a database to the present schema; may run again.
    ///
    /// `record` is text, not a database's own JSON type: the chain is over its bytes.
    static let schema = """
        CREATE TABLE IF NOT EXISTS vigie_decisions (
            chain TEXT NOT NULL,
            seq BIGINT NOT NULL,
            prev TEXT NOT NULL,
            hash TEXT NOT NULL,
            id TEXT NOT NULL,
            time_ns BIGINT NOT NULL,
            request_id TEXT NOT NULL,
            caller TEXT NOT NULL,
            model TEXT NOT NULL,
            version BIGINT NOT NULL,
            decision TEXT,
            status INTEGER NOT NULL,
            record TEXT NOT NULL,
            features TEXT,
            PRIMARY KEY (chain, seq));
        CREATE INDEX IF NOT EXISTS vigie_decisions_id ON vigie_decisions (id);
        CREATE INDEX IF NOT EXISTS vigie_decisions_request ON vigie_decisions (request_id);
        CREATE INDEX IF NOT EXISTS vigie_decisions_model
            ON vigie_decisions (model, version, time_ns);
        CREATE INDEX IF NOT EXISTS vigie_decisions_time ON vigie_decisions (time_ns);
        """

    static let columns = [
        "chain", "seq", "prev", "hash", "id", "time_ns", "request_id", "caller", "model",
        "version", "decision", "status", "record", "features",
    ]

    /// What callers' own names have in a column with an index: PostgreSQL refuses a row whose entry is
    /// longer than 2,704 bytes, and with it all rows of its batch. The record has the whole.
    static let keyBytesMax = 1024

    /// The beginning of a caller's own name, of whole characters.
    static func key(_ text: String) -> String {
        guard text.utf8.count > keyBytesMax else { return text }
        var key = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= keyBytesMax else { break }
            key.append(scalar)
        }
        return String(key)
    }

    /// A record's columns as text; nil is NULL.
    static func values(
        _ record: DecisionBatch.Record, _ batch: DecisionBatch, chain: String, after end: ChainEnd
    ) -> (values: [String?], end: ChainEnd) {
        let text = batch.bytes[record.record]
        let next = text.withUnsafeBytes { end.appending($0.bytes) }
        let side = String(decoding: batch.sides[record.side], as: UTF8.self)
        let columns = record.columns
        return (
            [
                chain, String(next.sequence), end.hash, next.hash, columns.id,
                String(columns.time), key(columns.requestID), columns.caller, columns.model,
                String(columns.version), columns.decision, String(columns.status),
                String(decoding: text, as: UTF8.self), side == "null" ? nil : side,
            ], next
        )
    }
}
