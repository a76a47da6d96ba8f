import VigieCrypto
import VigieHTTP

/// Writes to a registry in a bucket. Numbers are taken, and labels moved, by conditional requests
/// (`If-None-Match: *`, `If-Match`), which S3, Ceph and MinIO honour.
package struct S3Writer: RegistryWriter {
    private let client: S3Client
    private let cancellation = HTTPCancellation()
    /// Says that a version is being written; removed at its end.
    static let mark = ".publishing"
    private let partBytes: Int

    /// - Parameter partBytes: see ``S3Upload``.
    package init(_ client: S3Client, partBytes: Int = S3Upload.partBytes) {
        self.client = client
        self.partBytes = partBytes
    }

    package func publish(
        _ name: String, from first: Int, payload: [PayloadFile],
        texts: (_ version: Int) throws(RegistryError) -> VersionTexts
    ) throws(RegistryError) -> Int {
        do throws(RemoteError) {
            let version = try reserve(name, from: first)
            do throws(RemoteError) {
                for file in payload {
                    let upload = S3Upload(client, key(name, version, file.path), cancellation)
                    try upload.send(file, partBytes: partBytes)
                }
            } catch {
                try? remove(name, version, payload)
                throw error
            }
            let written = try RemoteError.wrapping { () throws(RegistryError) in try texts(version)
            }
            if let signature = written.signature {
                try put(key(name, version, ManifestSignature.fileName), signature)
            }
            try put(key(name, version, Manifest.fileName), written.manifest)
            // What it said is said by the manifest now.
            _ = try? client.send("DELETE", key(name, version, Self.mark), cancellation)
            return version
        } catch { throw error.writingError }
    }

    package func replace(_ texts: VersionTexts, of name: String, _ version: Int)
        throws(RegistryError)
    {
        do throws(RemoteError) {
            if let signature = texts.signature {
                try put(key(name, version, ManifestSignature.fileName), signature)
            }
            try put(key(name, version, Manifest.fileName), texts.manifest)
        } catch { throw error.writingError }
    }

    package func setLabel(_ label: String, of name: String, to version: Int?)
        throws(RegistryError)
    {
        let key = "\(client.address.prefix)\(name)/\(ModelLabels.fileName)"
        for _ in 0..<20 {
            do throws(RemoteError) {
                let (labels, etag) = try labels(key)
                var changed = labels
                changed[label] = version
                let bytes = try RemoteError.wrapping { () throws(RegistryError) in
                    try ModelLabels.checkCount(changed)
                    return Array(ModelLabels.text(changed).utf8)
                }
                guard let etag else {
                    if try put(key, bytes, ["If-None-Match": "*"]) { return }
                    continue
                }
                if try put(key, bytes, ["If-Match": etag]) { return }
                // Ceph 16 compares what a PUT requires with its ETag without the quotes.
                let bare = etag.filter { $0 != "\"" }
                if bare != etag, try put(key, bytes, ["If-Match": bare]) { return }
            } catch { throw error.writingError }
        }
        throw RegistryError(.folder, "somebody else keeps changing \(key)")
    }

    // MARK: Requests

    private func labels(_ key: String) throws(RemoteError) -> ([String: Int], etag: String?) {
        let response: HTTPResponse
        do { response = try client.send("GET", key, cancellation) } catch {
            if error.reason == .notFound { return ([:], nil) }
            throw error
        }
        let labels = try RemoteError.wrapping { () throws(RegistryError) in
            try ModelLabels.read(response.body)
        }
        return (labels, response.headers["ETag"])
    }

    /// Takes the first number from `first` on that nobody has, or is about to write.
    private func reserve(_ name: String, from first: Int) throws(RemoteError) -> Int {
        for version in first..<first + 100 {
            let taken = try client.objects(under: "\(name)/\(version)/", cancellation)
            guard taken.isEmpty else { continue }
            if try put(key(name, version, Self.mark), [], ["If-None-Match": "*"]) {
                return version
            }
        }
        throw RemoteError(.unavailable, "somebody else is adding many versions of \(name)")
    }

    /// - Returns: false when the condition in the headers does not hold.
    @discardableResult
    private func put(_ key: String, _ bytes: [UInt8], _ headers: HTTPHeaders = HTTPHeaders())
        throws(RemoteError) -> Bool
    {
        let response = try client.send(
            "PUT", key, headers: headers, body: .bytes(bytes),
            digest: SHA256.digest(of: bytes).hex, timeout: nil, cancellation)
        return response.isSuccess
    }

    private func remove(_ name: String, _ version: Int, _ payload: [PayloadFile])
        throws(RemoteError)
    {
        for path in payload.map(\.path) + [Self.mark] {
            _ = try client.send("DELETE", key(name, version, path), cancellation)
        }
    }

    private func key(_ name: String, _ version: Int, _ path: String) -> String {
        "\(client.address.prefix)\(name)/\(version)/\(path)"
    }
}
