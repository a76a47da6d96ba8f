import Glibc
import Synchronization
import VigieTransport

/// Where log lines go: a standard stream, or a file that is opened anew when it has been rotated
/// away. Written by one thread.
final class LogDestination: Sendable {
    /// The file's path; nil for a standard stream.
    private let path: String?
    private let descriptor: Atomic<Int32>
    /// Lines that could not be written at all.
    private let lost = Atomic<UInt64>(0)
    /// What was written last ends within a line: a disk was full, or a reader went.
    private let isTorn = Atomic<Bool>(false)
    /// When a reader who takes nothing is waited for no longer, in nanoseconds.
    private let giveUpAt = Atomic<UInt64>(MonotonicTime.never.nanoseconds)

    /// A pipe that has room has room for so much (PIPE_BUF, pipe(7)).
    private static let pieceBytes = 4096
    private static let waitMilliseconds: Int32 = 100

    /// - Parameter name: `stderr`, `stdout` or `-`, or a file's path.
    init(_ name: String) throws(SystemError) {
        switch name {
        case "stderr":
            path = nil
            descriptor = Atomic(StandardStream.error.rawValue)
        case "stdout", "-":
            path = nil
            descriptor = Atomic(StandardStream.output.rawValue)
        default:
            path = name
            let opened = Self.open(name)
            guard opened >= 0 else { throw SystemError("open \(name)") }
            descriptor = Atomic(opened)
        }
    }

    var lostLines: UInt64 { lost.load(ordering: .relaxed) }

    /// Not blocking: a named pipe that nobody reads is an error, and not waited for.
    private static func open(_ path: String) -> Int32 {
        Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o640)
    }

    /// From `time` on, a reader who takes nothing is not waited for.
    func hurry(until time: MonotonicTime) {
        giveUpAt.store(time.nanoseconds, ordering: .relaxed)
    }

    /// Opens the file anew; of no effect on a standard stream.
    /// - Returns: why the old one stays, if it does.
    func reopen() -> String? {
        guard let path else { return nil }
        let opened = Self.open(path)
        guard opened >= 0 else { return SystemError("open \(path)").description }
        close(descriptor.exchange(opened, ordering: .relaxed))
        isTorn.store(false, ordering: .relaxed)
        return nil
    }

    /// Writes whole lines, waiting for a slow reader. What cannot be written is lost.
    /// - Parameter isCounted: among ``lostLines``.
    /// - Returns: how many bytes were written.
    @discardableResult
    func write(_ lines: [UInt8], isCounted: Bool = true) -> Int {
        let descriptor = descriptor.load(ordering: .relaxed)
        // A line of which only the beginning was written does not spoil the next one.
        let bytes = isTorn.load(ordering: .relaxed) ? [UInt8(ascii: "\n")] + lines : lines
        let isFile = Self.isFile(descriptor)
        var written = 0
        while written < bytes.count {
            if !isFile, !waitForRoom(descriptor) { break }
            let end = isFile ? bytes.count : min(written + Self.pieceBytes, bytes.count)
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + written, end - written)
            }
            if count < 0, errno != EINTR, errno != EAGAIN { break }
            written += max(count, 0)
        }
        if written > 0 {
            isTorn.store(bytes[written - 1] != UInt8(ascii: "\n"), ordering: .relaxed)
        }
        let left = bytes[max(written, bytes.count - lines.count)...]
        let rest = left.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
        if rest > 0, isCounted { lost.add(UInt64(rest), ordering: .relaxed) }
        return max(0, written - (bytes.count - lines.count))
    }

    /// Whether writing never waits for a reader.
    private static func isFile(_ descriptor: Int32) -> Bool {
        var info = stat()
        return fstat(descriptor, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
    }

    private func waitForRoom(_ descriptor: Int32) -> Bool {
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&entry, 1, Self.waitMilliseconds) > 0 { return true }
            let now = MonotonicTime.now().nanoseconds
            if now >= giveUpAt.load(ordering: .relaxed) { return false }
        }
    }
}
