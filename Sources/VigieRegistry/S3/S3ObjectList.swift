import VigieHTTP

/// An object of a bucket, as ListObjectsV2 says.
package struct S3Object: Sendable, Equatable {
    package var key = ""
    package var etag = ""
    package var bytes = 0
}

extension S3Client {
    /// Objects of a registry that are listed; more is refused rather than left out.
    package static let objectsMax = 500_000
    private static let pageBytesMax = 16 << 20

    /// All objects whose keys begin with the registry's prefix and `suffix`, page by page.
    package func objects(under suffix: String = "", _ cancellation: HTTPCancellation)
        throws(RemoteError) -> [S3Object]
    {
        var objects: [S3Object] = []
        var token: String?
        repeat {
            var query = [
                (name: "list-type", value: "2"), (name: "max-keys", value: "1000"),
                (name: "prefix", value: address.prefix + suffix),
            ]
            if let token { query.append((name: "continuation-token", value: token)) }
            let response = try send("GET", nil, query: query, cancellation)
            let page: S3ListPage
            do { page = try S3ListPage(response.body) } catch {
                throw RemoteError(
                    .unavailable, "the list of s3://\(address.bucket) is \(error)")
            }
            objects += page.objects
            guard objects.count <= Self.objectsMax else {
                throw RemoteError(
                    .refused(.size),
                    "s3://\(address.bucket)/\(address.prefix) holds more than "
                        + "\(Self.objectsMax) objects: give the registry a prefix of its own")
            }
            // A server that gives no token, or the same one again, would never end.
            guard page.next != token || page.next == nil else {
                throw RemoteError(.unavailable, "the list of s3://\(address.bucket) does not end")
            }
            token = page.next
        } while token != nil
        return objects
    }
}

/// One answer to ListObjectsV2.
struct S3ListPage: Equatable {
    var objects: [S3Object] = []
    /// Of the next page.
    var next: String?

    init(_ body: [UInt8]) throws(XMLPullParser.Failure) {
        var parser = XMLPullParser(body)
        var path: [String] = []
        var object = S3Object()
        var text = ""
        var isTruncated = false
        var token: String?
        var hasRoot = false
        while let event = try parser.next() {
            switch event {
            case .start(let name):
                path.append(name)
                hasRoot = hasRoot || path == ["ListBucketResult"]
                text = ""
                if path == ["ListBucketResult", "Contents"] { object = S3Object() }
            case .text(let more): text += more
            case .end:
                switch path.dropFirst() {
                case ["Contents"]: objects.append(object)
                case ["Contents", "Key"]: object.key = text
                case ["Contents", "ETag"]: object.etag = text
                case ["Contents", "Size"]: object.bytes = Int(text) ?? -1
                case ["IsTruncated"]: isTruncated = text == "true"
                case ["NextContinuationToken"]: token = text
                default: break
                }
                path.removeLast()
                text = ""
            }
        }
        guard hasRoot, objects.allSatisfy({ !$0.key.isEmpty && $0.bytes >= 0 }) else {
            throw XMLPullParser.Failure(offset: 0, problem: "it is no ListBucketResult")
        }
        next = isTruncated ? token : nil
    }
}
