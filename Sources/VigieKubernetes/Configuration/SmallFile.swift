import Glibc

/// Files of a few kilobytes.
package enum SmallFile {
    static func bytes(_ path: String, bytesMax: Int) throws(KubernetesError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path)
            }
            bytes += piece[..<count]
            guard bytes.count <= bytesMax else {
                throw KubernetesError(.configuration, "\(path): has more than \(bytesMax) bytes")
            }
        }
    }

    static func text(_ path: String, bytesMax: Int) throws(KubernetesError) -> String {
        guard
            let text = String(
                validating: try bytes(path, bytesMax: bytesMax), as: UTF8.self)
        else { throw KubernetesError(.configuration, "\(path): is no UTF-8") }
        return text
    }

    static func isAbsent(_ path: String) -> Bool {
        access(path, F_OK) != 0 && errno == ENOENT
    }

    /// Writes a file whole or not at all, so that who reads it sees the old one or the new one.
    package static func replace(
        _ path: String, _ bytes: [UInt8], mode: mode_t = 0o600
    ) throws(KubernetesError) {
        let temporary = path + ".partial"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(temporary) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                // Below the array's count.
                write(descriptor, $0.baseAddress! + written, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = failure(temporary)
                close(descriptor)
                unlink(temporary)
                throw error
            }
            written += count
        }
        let isSafe = fsync(descriptor) == 0
        close(descriptor)
        guard isSafe, rename(temporary, path) == 0 else {
            let error = failure(path)
            unlink(temporary)
            throw error
        }
    }

    private static func failure(_ path: String) -> KubernetesError {
        KubernetesError(.configuration, "\(path): \(String(cString: strerror(errno)))")
    }
}
