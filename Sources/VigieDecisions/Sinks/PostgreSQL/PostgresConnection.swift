import CPostgreSQL
import Glibc
import VigieTransport

/// A connection of libpq's; used on one thread.
///
/// A server that stands still (a machine that swaps, a virtual machine that is moved, a partition behind
/// a proxy) acknowledges bytes and answers nothing: no timeout of TCP's ends that, so every statement
/// has one of its own. After an error the connection is of no more use.
final class PostgresConnection {
    private let connection: OpaquePointer
    private let patience: Duration?

    /// - Parameters:
    ///   - text: a URI or `key=value` pairs. Passwords may also come from PGPASSWORD or the file that
    ///     PGPASSFILE or `passfile` names, as libpq has it.
    ///   - patience: how long to wait for each answer; nil waits for ever. Connecting is libpq's, by
    ///     `connect_timeout`, for each host of several.
    init(_ text: String, patience: Duration? = nil) throws(DecisionError) {
        self.patience = patience
        // Later words win: what the text says stands above these defaults.
        let words = [
            ("connect_timeout", String(max(2, patience?.components.seconds ?? 5))),
            ("tcp_user_timeout", "10000"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("application_name", "vigie"),
            ("client_encoding", "UTF8"), ("dbname", text),
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
        PQsetnonblocking(made, 1)
        // Notices ("already exists, skipping") are not for standard error.
        PQsetNoticeProcessor(made, { _, _ in }, nil)
    }

    deinit { PQfinish(connection) }

    private static func message(_ connection: OpaquePointer) -> String {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? "unknown error"
        return text.split(separator: "\n").joined(separator: "; ")
    }

    private var failure: DecisionError { DecisionError(Self.message(connection)) }

    /// Runs a statement, and gives the rows that it answers with.
    @discardableResult
    func run(_ sql: String, _ arguments: [String] = []) throws(DecisionError) -> [[String?]] {
        let until = deadline
        try send(sql, arguments, until)
        return try finish(until)
    }

    private func send(
        _ sql: String, _ arguments: [String], _ until: MonotonicTime
    ) throws(DecisionError) {
        let isSent: Int32
        if arguments.isEmpty {
            isSent = PQsendQuery(connection, sql)
        } else {
            let copies = arguments.map { strdup($0) as UnsafeMutablePointer<CChar>? }
            defer { for copy in copies { free(copy) } }
            isSent = copies.map { UnsafePointer($0) }.withUnsafeBufferPointer {
                PQsendQueryParams(
                    connection, sql, Int32(arguments.count), nil, $0.baseAddress, nil, nil, 0)
            }
        }
        guard isSent == 1 else { throw failure }
        try flush(until)
    }

    /// All results of what was sent; the rows of the last.
    private func finish(_ until: MonotonicTime) throws(DecisionError) -> [[String?]] {
        var last: [[String?]] = []
        while let result = try next(until) {
            defer { PQclear(result) }
            last = try rows(result)
        }
        return last
    }

    // MARK: Waiting

    private var deadline: MonotonicTime {
        patience.map { MonotonicTime.now().advanced(by: $0) } ?? .never
    }

    /// The next result of what was sent; nil when there are no more.
    private func next(_ until: MonotonicTime) throws(DecisionError) -> OpaquePointer? {
        while PQisBusy(connection) == 1 {
            _ = try wait(POLLIN, until)
            guard PQconsumeInput(connection) == 1 else { throw failure }
        }
        return PQgetResult(connection)
    }

    /// Hands all that waits to be sent to the kernel.
    private func flush(_ until: MonotonicTime) throws(DecisionError) {
        while true {
            let left = PQflush(connection)
            if left == 0 { return }
            guard left > 0 else { throw failure }
            // A server that cannot write, since nobody reads, does not read either.
            if try wait(POLLIN | POLLOUT, until) & POLLIN != 0, PQconsumeInput(connection) != 1 {
                throw failure
            }
        }
    }

    /// Waits for the socket.
    /// - Returns: what it is ready for.
    private func wait(_ events: Int32, _ until: MonotonicTime) throws(DecisionError) -> Int32 {
        var entry = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
        while true {
            let now = MonotonicTime.now()
            guard now < until else {
                throw DecisionError("the database has not answered for \(patience ?? .zero)")
            }
            let left = until == .never ? 60_000 : until.since(now).clampedNanoseconds / 1_000_000
            let count = poll(&entry, 1, Int32(clamping: left + 1))
            if count > 0 { return Int32(entry.revents) }
            if count < 0, errno != EINTR {
                throw DecisionError("poll: \(String(cString: strerror(errno)))")
            }
        }
    }

    private func rows(_ result: OpaquePointer?) throws(DecisionError) -> [[String?]] {
        let status = PQresultStatus(result)
        guard
            status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_SINGLE_TUPLE
        else { throw failure }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                guard PQgetisnull(result, row, column) == 0 else { return nil }
                return PQgetvalue(result, row, column).map { String(cString: $0) }
            }
        }
    }

    /// Copies rows into a table, in COPY's text format.
    func copy(_ statement: String, _ text: [UInt8]) throws(DecisionError) {
        let until = deadline
        try send(statement, [], until)
        let begun = try next(until)
        defer { PQclear(begun) }
        guard PQresultStatus(begun) == PGRES_COPY_IN else { throw failure }
        var start = 0
        while start < text.count {
            let count = min(text.count - start, 1 << 20)
            try put(until) {
                text.withUnsafeBytes { bytes in
                    PQputCopyData(
                        connection,
                        bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) },
                        Int32(count))
                }
            }
            start += count
        }
        try put(until) { PQputCopyEnd(connection, nil) }
        try flush(until)
        _ = try finish(until)
    }

    /// Puts something into what is to be sent, when there is room for it.
    private func put(_ until: MonotonicTime, _ body: () -> Int32) throws(DecisionError) {
        while true {
            let code = body()
            if code == 1 { return }
            guard code == 0 else { throw failure }
            try flush(until)
        }
    }

    /// Calls `body` with each row of a query, one at a time, until it returns false.
    func each(
        _ sql: String, _ arguments: [String],
        _ body: ([String?]) throws(DecisionError) -> Bool
    ) throws(DecisionError) {
        try send(sql, arguments, deadline)
        guard PQsetSingleRowMode(connection) == 1 else { throw failure }
        while let result = try next(deadline) {
            defer { PQclear(result) }
            for row in try rows(result) {
                guard try body(row) else { return }
            }
        }
    }
}
