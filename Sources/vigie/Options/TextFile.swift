import ArgumentParser
import Glibc

/// Small text files that a person names on the command line.
enum TextFile {
    /// The whole file; one of more than 1 MiB is refused.
    static func read(_ path: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ValidationError("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        // Most are read ten times a second, from /proc, and are short.
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let got = Glibc.read(descriptor, &chunk, chunk.count)
            if got < 0 {
                throw ValidationError("cannot read \(path): \(String(cString: strerror(errno)))")
            }
            if got == 0 { break }
            bytes += chunk[..<got]
            guard bytes.count <= bytesMax else {
                throw ValidationError("\(path) has more than \(bytesMax) bytes")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let bytesMax = 1 << 20
}
