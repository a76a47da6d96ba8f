import Glibc

/// Whole files that somebody names, links followed: unlike those of a version's folder.
package enum PlainFile {
    /// - Parameter bytesMax: a larger file is refused.
    package static func read(_ path: String, bytesMax: Int) throws(FileError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw FileError("open", path) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw FileError("look at", path) }
        guard FileStamp(status).isFile else {
            throw FileError("read", path, detail: "it is no regular file")
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &piece, piece.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError("read", path)
            }
            guard bytes.count + count <= bytesMax else {
                throw FileError(
                    "read", path, detail: "it has more than the limit of \(bytesMax) bytes")
            }
            bytes += piece[..<count]
        }
    }
}
