import VigieEngine

/// Which records are wanted; nil does not matter.
package struct DecisionQuery: Sendable {
    package var chain: String?
    package var id: String?
    package var requestID: String?
    package var model: String?
    package var version: Int?
    package var caller: String?
    package var decision: String?
    /// In nanoseconds since 1970; the end is not in it.
    package var times = UInt64(0)..<UInt64.max

    package init() {}

    /// Whether it is a decision that was asked for.
    func matches(_ record: StoredRecord) -> Bool {
        if let id, !contains(record, id) { return false }
        guard let fields = record.fields, fields["type"]?.string == "decision" else { return false }
        func agrees(_ key: String, _ wanted: String?) -> Bool {
            wanted == nil || fields[key]?.string == wanted
        }
        guard agrees("id", id), agrees("requestId", requestID), agrees("model", model),
            agrees("caller", caller), agrees("decision", decision),
            version == nil || fields["version"]?.integer == version
        else { return false }
        guard times != 0..<UInt64.max else { return true }
        // Times of one form and length: their order is that of the text.
        let time = fields["time"]?.string ?? ""
        return time >= RecordTime.text(times.lowerBound)
            && (times.upperBound == .max || time < RecordTime.text(times.upperBound))
    }

    /// A look that spares most records of a long file their parsing.
    private func contains(_ record: StoredRecord, _ id: String) -> Bool {
        // The id stands near the record's beginning.
        record.record.prefix(96).contains(id.utf8)
    }

    /// For a database: the conditions, and their values in order.
    func conditions(_ mark: (Int) -> String) -> (sql: String, values: [String]) {
        var terms: [String] = []
        var values: [String] = []
        func add(_ column: String, _ comparison: String, _ value: String?) {
            guard let value else { return }
            values.append(value)
            terms.append("\(column) \(comparison) \(mark(values.count))")
        }
        add("chain", "=", chain)
        add("id", "=", id)
        add("request_id", "=", requestID.map(DecisionTable.key))
        add("model", "=", model)
        add("version", "=", version.map { String($0) })
        add("caller", "=", caller)
        add("decision", "=", decision)
        // No time in a database is larger than its type.
        if times.lowerBound > 0 {
            add("time_ns", ">=", String(min(times.lowerBound, UInt64(Int64.max))))
        }
        if times.upperBound < UInt64(Int64.max) {
            add("time_ns", "<", String(times.upperBound))
        }
        return (terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND "), values)
    }
}
