import ArgumentParser
import Glibc
import VigieLoad

/// Files that a person names.
enum File {
    /// Larger ones are refused: rows are encoded in memory.
    static let bytesMax = 1 << 30

    /// - Parameter option: that named it, for messages.
    static func read(_ path: String, option: String) throws(LoadError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw LoadError("\(option): cannot read \(path): \(reason)")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw LoadError("\(option): cannot read \(path): \(reason)")
            }
            if count == 0 { break }
            bytes += piece[..<count]
            guard bytes.count <= bytesMax else {
                throw LoadError("\(option): \(path) is larger than \(bytesMax) bytes")
            }
        }
        // Spreadsheets begin a file with a mark (U+FEFF) that belongs to no column.
        let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        guard let text = String(validating: bytes.dropFirst(isMarked ? 3 : 0), as: UTF8.self) else {
            throw LoadError("\(option): \(path) is no UTF-8 text")
        }
        return text
    }

    /// Refuses a file that cannot be written before there is anything to write.
    static func checkWritable(_ path: String, option: String) throws(LoadError) {
        var facts = stat()
        let exists = stat(path, &facts) == 0
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        errno = exists && facts.st_mode & S_IFMT == S_IFDIR ? EISDIR : 0
        if errno == 0, access(exists ? path : folder, W_OK) == 0 { return }
        throw LoadError("\(option): cannot write \(path): \(reason)")
    }

    static func write(_ text: String, to path: String, option: String) throws(LoadError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw LoadError("\(option): cannot write \(path): \(reason)")
        }
        let isWritten = Terminal.write(text, to: descriptor)
        guard close(descriptor) == 0, isWritten else {
            throw LoadError("\(option): cannot write \(path): \(reason)")
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
