import VigieTransport

/// Where records are written; used on one thread.
protocol DecisionSink: AnyObject {
    /// Appends batches whole, or throws and has appended none of them.
    /// - Parameter isDurable: whether it must be on the disk, or committed, when this returns.
    func append(_ batches: [DecisionBatch], isDurable: Bool) throws(DecisionError)
    /// What is due from time to time: forcing to the disk, checkpoints.
    func tend(now: MonotonicTime) throws(DecisionError)
    /// Writes what must be written at the end.
    func close() throws(DecisionError)
}

extension DecisionLocation {
    func open(
        _ options: DecisionLogOptions, _ report: @escaping @Sendable (String) -> Void
    ) throws(DecisionError) -> any DecisionSink {
        switch self {
        case .file(let folder): try FileSink(folder, options, report)
        case .sqlite(let path): try SQLiteSink(path, options)
        case .postgres(let connection): try PostgresSink(connection, options)
        }
    }
}
