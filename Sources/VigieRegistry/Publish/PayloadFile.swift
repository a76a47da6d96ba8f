import VigieCrypto
import VigieHTTP

/// A file that is published: in memory, or on disk and read in pieces.
package struct PayloadFile: Sendable {
    private enum Content: Sendable {
        case bytes([UInt8])
        case file(OpenFile)
    }

    /// Within the version's folder.
    package let path: String
    package let byteCount: Int
    /// What the manifest says of it.
    package let sha256: SHA256Digest
    private let content: Content

    /// Bytes that are read at once where nobody asks for another number.
    static let pieceBytes = 1 << 20

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        byteCount = bytes.count
        sha256 = SHA256.digest(of: bytes)
        content = .bytes(bytes)
    }

    /// - Parameter sha256: of what the file holds, as somebody has just seen.
    package init(path: String, file: OpenFile, sha256: SHA256Digest) {
        self.path = path
        byteCount = file.stamp.bytes
        self.sha256 = sha256
        content = .file(file)
    }

    /// Gives all bytes, in order and in pieces, and sees to it that they are those of ``sha256``.
    /// - Throws: what `body` throws, and FileError when the file cannot be read or has changed: the
    ///   last piece is given only when all fit.
    package func forEachPiece<Failure: Error>(
        of bytesMax: Int = pieceBytes, wrap: (FileError) -> Failure,
        _ body: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var hash = SHA256()
        var done = 0
        repeat {
            let piece: [UInt8]
            do throws(FileError) {
                piece = try read(from: done, count: min(bytesMax, byteCount - done))
            } catch { throw wrap(error) }
            hash.update(piece.span.bytes)
            done += piece.count
            if done == byteCount {
                guard hash.end() == sha256 else {
                    throw wrap(
                        FileError("publish", path, detail: "it changes while it is read"))
                }
            }
            try body(piece)
        } while done < byteCount
    }

    /// How a client sends all of it: from the disk, where it is there.
    package var body: HTTPRequest.Body {
        switch content {
        case .bytes(let bytes): .bytes(bytes)
        case .file(let file): .file(path: file.descriptorPath)
        }
    }

    private func read(from offset: Int, count: Int) throws(FileError) -> [UInt8] {
        switch content {
        case .bytes(let bytes): Array(bytes[offset..<offset + count])
        case .file(let file): try file.read(from: offset, count: count)
        }
    }
}
