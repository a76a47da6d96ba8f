import Glibc
import VigieCrypto

/// A version's folder, held open, out of which no path or link leads.
package struct OpenFolder: ~Copyable {
    package let path: String
    private let descriptor: Int32
    /// The folder's path without links, with a `/` at its end.
    private let prefix: String

    package init(_ path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", path) }
        guard let real = Self.realPath(of: descriptor) else {
            let code = errno
            close(descriptor)
            throw FileError("find the place of", path, code: code)
        }
        self.path = path
        self.descriptor = descriptor
        prefix = real.hasSuffix("/") ? real : real + "/"
    }

    deinit { close(descriptor) }

    /// The bytes of a file: as many as it had when it was opened, fewer if it was cut since.
    /// - Parameters:
    ///   - relative: within this folder; `/` between parts.
    ///   - bytesMax: a larger file is refused unread.
    package func read(_ relative: String, bytesMax: Int) throws(FileError) -> [UInt8] {
        let file = try openFile(relative)
        defer { close(file.descriptor) }
        let full = "\(path)/\(relative)"
        guard file.stamp.bytes <= bytesMax else {
            throw FileError(
                "read", full,
                detail: "it has \(file.stamp.bytes) bytes, more than the limit of \(bytesMax)",
                cause: .size)
        }
        var failure: FileError?
        let expected = file.stamp.bytes
        let bytes = [UInt8](unsafeUninitializedCapacity: expected) { buffer, count in
            count = 0
            while count < expected {
                let got = Glibc.read(
                    file.descriptor, buffer.baseAddress! + count, expected - count)
                if got == 0 { break }
                if got < 0 {
                    if errno == EINTR { continue }
                    failure = FileError("read", full)
                    break
                }
                count += got
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The digest of a file, without holding it in memory.
    package func digest(_ relative: String) throws(FileError) -> SHA256Digest {
        let file = try openFile(relative)
        defer { close(file.descriptor) }
        var hash = SHA256()
        do {
            try hash.update(fileDescriptor: file.descriptor)
            return hash.finalize()
        } catch { throw FileError("read", "\(path)/\(relative)", code: error.code) }
    }

    /// A file to read pieces of.
    package func file(_ relative: String) throws(FileError) -> OpenFile {
        let file = try openFile(relative)
        return OpenFile(file.descriptor, file.stamp, path: "\(path)/\(relative)")
    }

    /// What there is to know about a file without reading it.
    package func stamp(_ relative: String) throws(FileError) -> FileStamp {
        let file = try openFile(relative)
        close(file.descriptor)
        return file.stamp
    }

    /// Opens a file, which must be a regular one inside the folder after all links are followed.
    /// The place is asked of the open descriptor, so that nobody can swap a link in between.
    private func openFile(_ relative: String) throws(FileError) -> (
        descriptor: Int32, stamp: FileStamp
    ) {
        let full = "\(path)/\(relative)"
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let file = openat(descriptor, relative, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw FileError("open", full) }
        var status = Glibc.stat()
        guard fstat(file, &status) == 0 else {
            let code = errno
            close(file)
            throw FileError("look at", full, code: code)
        }
        let stamp = FileStamp(status)
        guard stamp.isFile else {
            close(file)
            throw FileError("read", full, detail: "it is no regular file")
        }
        guard let real = Self.realPath(of: file), real.hasPrefix(prefix) else {
            close(file)
            throw FileError(
                "read", full, detail: "it leads out of the version's folder", cause: .path)
        }
        return (file, stamp)
    }

    private static func realPath(of descriptor: Int32) -> String? {
        let size = Int(PATH_MAX)
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { buffer in
            let count = buffer.withMemoryRebound(to: CChar.self) {
                readlink("/proc/self/fd/\(descriptor)", $0.baseAddress!, size)
            }
            guard count > 0, count < size else { return nil }
            return String(decoding: buffer[..<count], as: UTF8.self)
        }
    }
}
