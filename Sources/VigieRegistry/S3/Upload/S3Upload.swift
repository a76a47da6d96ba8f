import VigieCrypto
import VigieHTTP

/// Puts one file into a bucket: at once when it is small, else in parts, which the server puts
/// together when all are there. Memory holds one part at a time, and the server gets the SHA-256 of
/// each (`x-amz-content-sha256`), which is also part of the signature.
///
/// Amazon S3 user guide, "Uploading and copying objects using multipart upload".
package struct S3Upload {
    /// Bytes of a part, and of the largest file that needs none, unless somebody says otherwise.
    package static let partBytes = 16 << 20
    /// All parts but the last must have the least (Amazon S3 multipart upload limits).
    package static let partBytesRange = 5 << 20...1 << 30
    private static let partsMax = 10_000

    private let client: S3Client
    private let key: String
    private let cancellation: HTTPCancellation

    init(_ client: S3Client, _ key: String, _ cancellation: HTTPCancellation) {
        self.client = client
        self.key = key
        self.cancellation = cancellation
    }

    /// - Parameter partBytes: a file of 10,000 parts and more has larger ones.
    /// - Throws: also when the file changes meanwhile. Nothing is then left on the server but what
    ///   the error says.
    func send(_ file: PayloadFile, partBytes: Int) throws(RemoteError) {
        guard file.byteCount > partBytes else {
            try eachPiece(of: file, max(file.byteCount, 1)) { piece throws(RemoteError) in
                _ = try put(piece, query: [])
            }
            return
        }
        let size = max(partBytes, (file.byteCount + Self.partsMax - 1) / Self.partsMax)
        let upload = try begin()
        do throws(RemoteError) {
            var tags: [String] = []
            try eachPiece(of: file, size) { piece throws(RemoteError) in
                let query = [
                    (name: "partNumber", value: String(tags.count + 1)),
                    (name: "uploadId", value: upload),
                ]
                guard let tag = try put(piece, query: query).headers["ETag"] else {
                    throw RemoteError(.unavailable, "the server gives the part no ETag")
                }
                tags.append(tag)
            }
            try complete(upload, tags, byteCount: file.byteCount)
        } catch {
            throw abort(upload, because: error)
        }
    }

    private func eachPiece(
        of file: PayloadFile, _ size: Int, _ body: ([UInt8]) throws(RemoteError) -> Void
    ) throws(RemoteError) {
        try file.forEachPiece(of: size, wrap: { RemoteError(.refused(.digest), "\($0)") }, body)
    }

    private func put(_ piece: [UInt8], query: [(name: String, value: String)])
        throws(RemoteError) -> HTTPResponse
    {
        try client.send(
            "PUT", key, query: query, body: .bytes(piece), digest: SHA256.digest(of: piece).hex,
            timeout: nil, cancellation)
    }

    // MARK: In parts

    private func begin() throws(RemoteError) -> String {
        let response = try client.send(
            "POST", key, query: [(name: "uploads", value: "")], body: .bytes([]), cancellation)
        guard let id = S3UploadText.id(response.body) else {
            throw RemoteError(.unavailable, "\(key): the server gives the upload no id")
        }
        return id
    }

    private func complete(_ upload: String, _ tags: [String], byteCount: Int)
        throws(RemoteError)
    {
        let body = Array(S3UploadText.completion(tags).utf8)
        do throws(RemoteError) {
            _ = try client.send(
                "POST", key, query: [(name: "uploadId", value: upload)], body: .bytes(body),
                digest: SHA256.digest(of: body).hex, timeout: .seconds(600), cancellation)
        } catch {
            // An answer that was lost on its way: what was asked again is done already. Nobody else
            // writes under this number.
            guard error.reason == .notFound,
                try client.send("HEAD", key, cancellation).headers["Content-Length"]
                    == String(byteCount)
            else { throw error }
        }
    }

    /// Parts are paid for until somebody removes them.
    /// - Returns: what to throw.
    private func abort(_ upload: String, because error: RemoteError) -> RemoteError {
        do throws(RemoteError) {
            _ = try client.send(
                "DELETE", key, query: [(name: "uploadId", value: upload)], cancellation)
            return error
        } catch let second {
            guard second.reason != .notFound else { return error }
            return RemoteError(
                error.reason,
                "\(error.message); parts of \(key) stay in the bucket (upload \(upload)): "
                    + second.message)
        }
    }
}
