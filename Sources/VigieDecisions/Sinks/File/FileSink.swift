import Glibc
import VigieRegistry
import VigieTelemetry
import VigieTransport

/// JSON lines in a folder, one segment after the other.
final class FileSink: DecisionSink {
    private let folder: String
    private let options: DecisionLogOptions
    private let lock: Int32
    private var file: Int32 = -1
    private var number = 0
    /// Bytes of the segment that are good.
    private var size = 0
    private var end = ChainEnd.start
    private var opened = MonotonicTime.now()
    private var synced = MonotonicTime.now()
    private var checkpointed = ChainEnd.start
    private var isDirty = false
    private var buffer: [UInt8] = []

    init(
        _ folder: String, _ options: DecisionLogOptions, _ report: @Sendable (String) -> Void
    ) throws(DecisionError) {
        self.folder = folder
        self.options = options
        if mkdir(folder, 0o750) != 0, errno != EEXIST { throw Self.failure("create", folder) }
        lock = Glibc.open("\(folder)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard lock >= 0 else { throw Self.failure("create", "\(folder)/.lock") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw DecisionError("another process writes to \(folder)")
        }
        let segments = try FileSegments(folder).numbers
        let tail = try segments.last.map { last throws(DecisionError) in
            try resume(last, after: segments.dropLast())
        }
        try checkEnd(report)
        if let tail { try goOn(tail, report) }
    }

    deinit {
        if file >= 0 { Glibc.close(file) }
        if lock >= 0 { Glibc.close(lock) }
    }

    private static func failure(_ action: String, _ path: String) -> DecisionError {
        DecisionError("cannot \(action) \(path): \(String(cString: strerror(errno)))")
    }

    private func path(_ number: Int) -> String { "\(folder)/\(SegmentName.text(number))" }

    /// Finds where the chain ended: in the last segment, or before it when that has no record yet.
    private func resume(_ last: Int, after others: ArraySlice<Int>) throws(DecisionError)
        -> SegmentTail
    {
        let tail = try SegmentTail(path(last))
        number = last
        size = tail.goodBytes
        var line = tail.last
        for other in others.reversed() where line == nil {
            line = try SegmentTail(path(other)).last
        }
        if let line { end = ChainEnd(sequence: line.sequence, hash: line.hash) }
        return tail
    }

    /// Refuses to go on with a log that ends before its checkpoint: the next checkpoint would hide
    /// that answered decisions are gone.
    private func checkEnd(_ report: @Sendable (String) -> Void)
        throws(DecisionError)
    {
        let path = "\(folder)/\(Checkpoint.fileName)"
        guard let checkpoint = try Checkpoint.read(folder) else {
            if end != .start {
                report("there is no \(path): a log that was cut would not be known")
            }
            return
        }
        if !options.key.isEmpty, !checkpoint.isSigned(by: options.key) {
            report("\(path) was not signed with this key: another key's, or somebody made it")
        }
        let isCut = checkpoint.end.sequence > end.sequence
        guard isCut || (checkpoint.end.sequence == end.sequence && checkpoint.end != end) else {
            checkpointed = checkpoint.end
            return
        }
        throw DecisionError(
            "\(folder) ends at record \(end.sequence), but its checkpoint is of "
                + (isCut ? "record \(checkpoint.end.sequence)" : "another record of that number")
                + ": decisions are missing; the log goes on when the folder has been moved away")
    }

    /// Opens the last segment, and cuts off a line that a crash has left unfinished.
    private func goOn(_ tail: SegmentTail, _ report: @Sendable (String) -> Void)
        throws(DecisionError)
    {
        try open(number)
        guard tail.tornBytes > 0 else { return }
        guard ftruncate(file, off_t(size)) == 0 else { throw Self.failure("cut", path(number)) }
        report(
            "\(path(number)): cut off \(tail.tornBytes) bytes of a record that was not finished "
                + "when its writer ended")
    }

    private func open(_ number: Int) throws(DecisionError) {
        if file >= 0 { Glibc.close(file) }
        file = Glibc.open(path(number), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0o640)
        guard file >= 0 else { throw Self.failure("open", path(number)) }
        opened = .now()
    }

    func append(_ batches: [DecisionBatch], isDurable: Bool) throws(DecisionError) {
        if file < 0 || size >= options.segmentBytesMax || isOld { try rotate() }
        buffer.removeAll(keepingCapacity: true)
        var next = end
        if size == 0 { next = head(&buffer) }
        for batch in batches {
            for record in batch.records {
                next = Line.append(
                    batch.bytes[record.record], side: batch.sides[record.side], after: next,
                    to: &buffer)
            }
        }
        try write()
        if isDurable {
            guard fdatasync(file) == 0 else {
                let failure = Self.failure("write", path(number))
                ftruncate(file, off_t(size))
                throw failure
            }
            synced = .now()
        }
        isDirty = !isDurable
        size += buffer.count
        end = next
    }

    private var isOld: Bool {
        size > 0 && MonotonicTime.now().since(opened) >= options.segmentAgeMax
    }

    /// Begins the next segment.
    private func rotate() throws(DecisionError) {
        if file >= 0, fdatasync(file) != 0 { throw Self.failure("write", path(number)) }
        try open(number + 1)
        number += 1
        size = 0
        let directory = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Self.failure("open", folder) }
        defer { Glibc.close(directory) }
        guard fsync(directory) == 0 else { throw Self.failure("write", folder) }
    }

    /// A segment's first line, which binds it to the one before.
    private func head(_ bytes: inout [UInt8]) -> ChainEnd {
        var json = JSONBytes()
        json.open("{")
        json.key("type")
        json.string("segment")
        json.key("segment")
        json.integer(number)
        json.key("chain")
        json.string(options.chain)
        json.key("time")
        json.string(RecordTime.text(Timestamp.now()))
        json.close("}")
        return Line.append(
            json.bytes[...], side: Array("null".utf8)[...], after: end, to: &bytes)
    }

    /// Writes ``buffer`` whole, or leaves the segment as it was.
    private func write() throws(DecisionError) {
        var done = 0
        let failed = buffer.withUnsafeBytes { bytes -> Int32 in
            while done < bytes.count {
                // `bytes` is not empty, so it has a base address.
                let count = Glibc.write(file, bytes.baseAddress! + done, bytes.count - done)
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                done += count
            }
            return 0
        }
        guard failed != 0 else { return }
        ftruncate(file, off_t(size))
        errno = failed
        throw Self.failure("write", path(number))
    }

    func tend(now: MonotonicTime) throws(DecisionError) {
        guard now.since(synced) >= options.syncInterval else { return }
        synced = now
        if isDirty {
            guard fdatasync(file) == 0 else { throw Self.failure("write", path(number)) }
            isDirty = false
        }
        guard checkpointed != end else { return }
        do throws(FileError) {
            try AtomicFile.write(
                Checkpoint(end, key: options.key).bytes, to: "\(folder)/\(Checkpoint.fileName)")
        } catch { throw DecisionError("\(error)") }
        checkpointed = end
    }

    func close() throws(DecisionError) {
        synced = MonotonicTime(nanoseconds: 0)
        try tend(now: .now())
    }
}
