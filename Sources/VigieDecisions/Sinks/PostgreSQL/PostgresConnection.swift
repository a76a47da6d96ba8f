import CPostgreSQL
import Glibc

/// A connection of libpq's; used on one thread.
final class PostgresConnection {
    private let connection: OpaquePointer

    /// - Parameter text: a URI or `key=value` pairs. Passwords may also come from PGPASSWORD or the
    ///   file that PGPASSFILE or `passfile` names, as libpq has it.
    init(_ text: String) throws(DecisionError) {
        // Later words win: what the text says stands above these defaults.
        let words = [
            ("connect_timeout", "5"), ("tcp_user_timeout", "10000"), ("application_name", "vigie"),
            ("dbname", text),
        ]
        var names = words.map { strdup($0.0) as UnsafeMutablePointer<CChar>? }
        var values = words.map { strdup($0.1) as UnsafeMutablePointer<CChar>? }
        names.append(nil)
        values.append(nil)
        defer { for copy in names + values { free(copy) } }
        let made = names.map { UnsafePointer($0) }.withUnsafeBufferPointer { names in
            values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
                PQconnectdbParams(names.baseAddress, values.baseAddress, 1)
            }
        }
        guard let made else { throw DecisionError("out of memory for a connection") }
        guard PQstatus(made) == CONNECTION_OK else {
            let message = Self.message(made)
            PQfinish(made)
            throw DecisionError(message)
        }
        connection = made
        // Notices ("already exists, skipping") are not for standard error.
        PQsetNoticeProcessor(made, { _, _ in }, nil)
    }

    deinit { PQfinish(connection) }

    private static func message(_ connection: OpaquePointer) -> String {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? "unknown error"
        return text.split(separator: "\n").joined(separator: "; ")
    }

    /// Runs a statement, and gives the rows that it answers with.
    @discardableResult
    func run(_ sql: String, _ arguments: [String] = []) throws(DecisionError) -> [[String?]] {
        let result: OpaquePointer?
        if arguments.isEmpty {
            result = PQexec(connection, sql)
        } else {
            let copies = arguments.map { strdup($0) as UnsafeMutablePointer<CChar>? }
            defer { for copy in copies { free(copy) } }
            result = copies.map { UnsafePointer($0) }.withUnsafeBufferPointer {
                PQexecParams(
                    connection, sql, Int32(arguments.count), nil, $0.baseAddress, nil, nil, 0)
            }
        }
        defer { PQclear(result) }
        return try rows(result)
    }

    private func rows(_ result: OpaquePointer?) throws(DecisionError) -> [[String?]] {
        let status = PQresultStatus(result)
        guard
            status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_SINGLE_TUPLE
        else { throw DecisionError(Self.message(connection)) }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                guard PQgetisnull(result, row, column) == 0 else { return nil }
                return PQgetvalue(result, row, column).map { String(cString: $0) }
            }
        }
    }

    /// Copies rows into a table, in COPY's text format.
    func copy(_ statement: String, _ text: [UInt8]) throws(DecisionError) {
        let begun = PQexec(connection, statement)
        defer { PQclear(begun) }
        guard PQresultStatus(begun) == PGRES_COPY_IN else {
            throw DecisionError(Self.message(connection))
        }
        var start = 0
        var isSent = true
        while start < text.count, isSent {
            let count = min(text.count - start, 1 << 20)
            isSent = text.withUnsafeBytes { bytes in
                PQputCopyData(
                    connection,
                    bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) },
                    Int32(count)) == 1
            }
            start += count
        }
        let isEnded = isSent && PQputCopyEnd(connection, nil) == 1
        guard isEnded else { throw DecisionError(Self.message(connection)) }
        while let result = PQgetResult(connection) {
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COMMAND_OK else {
                throw DecisionError(Self.message(connection))
            }
        }
    }

    /// Calls `body` with each row of a query, one at a time, until it returns false.
    func each(
        _ sql: String, _ arguments: [String],
        _ body: ([String?]) throws(DecisionError) -> Bool
    ) throws(DecisionError) {
        let copies = arguments.map { strdup($0) as UnsafeMutablePointer<CChar>? }
        defer { for copy in copies { free(copy) } }
        let sent = copies.map { UnsafePointer($0) }.withUnsafeBufferPointer {
            PQsendQueryParams(
                connection, sql, Int32(arguments.count), nil, $0.baseAddress, nil, nil, 0)
        }
        guard sent == 1, PQsetSingleRowMode(connection) == 1 else {
            throw DecisionError(Self.message(connection))
        }
        while let result = PQgetResult(connection) {
            defer { PQclear(result) }
            for row in try rows(result) {
                guard try body(row) else { return }
            }
        }
    }
}
