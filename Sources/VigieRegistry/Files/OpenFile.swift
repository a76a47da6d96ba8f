import Glibc

/// A regular file, held open, of which pieces are read: whatever is put under its name meanwhile.
package final class OpenFile: Sendable {
    /// For messages.
    private let path: String
    private let descriptor: Int32
    /// As it was when it was opened.
    package let stamp: FileStamp

    /// Takes the descriptor over.
    init(_ descriptor: Int32, _ stamp: FileStamp, path: String) {
        self.descriptor = descriptor
        self.stamp = stamp
        self.path = path
    }

    deinit { close(descriptor) }

    /// A path by which this process alone opens this very file.
    var descriptorPath: String { "/proc/self/fd/\(descriptor)" }

    /// - Throws: when so many bytes are not there.
    func read(from offset: Int, count: Int) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            done = 0
            while done < count, let base = buffer.baseAddress {
                let got = pread(descriptor, base + done, count - done, offset + done)
                if got < 0 {
                    if errno == EINTR { continue }
                    failure = FileError("read", path)
                    break
                }
                if got == 0 {
                    failure = FileError("read", path, detail: "it has become shorter")
                    break
                }
                done += got
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
