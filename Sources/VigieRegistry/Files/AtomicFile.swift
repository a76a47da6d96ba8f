import Glibc

/// Files that are there whole or not at all.
package enum AtomicFile {
    /// Writes a file beside its final place, forces it to the disk, and renames it.
    package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        try write(to: path) { write throws(FileError) in try write(bytes) }
    }

    /// The same of bytes that come in pieces.
    /// - Parameter content: writes them by calling what it is given.
    package static func write(
        to path: String,
        _ content: (_ write: ([UInt8]) throws(FileError) -> Void) throws(FileError) -> Void
    ) throws(FileError) {
        let temporary = path + ".tmp"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw FileError("create", temporary) }
        var failure: FileError?
        do throws(FileError) {
            try content { bytes throws(FileError) in
                if let problem = write(bytes, to: file, path: temporary) { throw problem }
            }
        } catch { failure = error }
        if failure == nil, fsync(file) != 0 { failure = FileError("write", temporary) }
        if close(file) != 0, failure == nil { failure = FileError("write", temporary) }
        if failure == nil, rename(temporary, path) != 0 { failure = FileError("rename", temporary) }
        if let failure {
            unlink(temporary)
            throw failure
        }
    }

    private static func write(_ bytes: [UInt8], to file: Int32, path: String) -> FileError? {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(file, buffer.baseAddress! + done, buffer.count - done)
                if count < 0 {
                    if errno == EINTR { continue }
                    return FileError("write", path)
                }
                done += count
            }
            return nil
        }
    }
}
