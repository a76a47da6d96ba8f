import Glibc

/// What `--registry` says: a folder, `s3://bucket/prefix?…` or `mlflow+http://host:port`.
package enum RegistryAddress: Sendable, Equatable {
    case folder(String)
    case s3(S3Address)
    case mlflow(MLflowAddress)

    /// - Throws: `.folder` with what is wrong with a URL.
    package init(_ text: String) throws(RegistryError) {
        if text.hasPrefix("s3://") {
            self = .s3(try S3Address(text))
        } else if text.hasPrefix("mlflow+") {
            self = .mlflow(try MLflowAddress(text))
        } else if let scheme = text.firstRange(of: "://") {
            throw RegistryError(
                .folder,
                "there are no registries by \(text[..<scheme.lowerBound]): expected a folder, "
                    + "s3://bucket/prefix, or mlflow+http://host:port")
        } else {
            self = .folder(text)
        }
    }

    package var isRemote: Bool {
        if case .folder = self { false } else { true }
    }

    /// The registry on the other side; nil for a folder.
    package func remote(_ counters: RemoteCounters) -> (any RemoteRegistry)? {
        switch self {
        case .folder: nil
        case .s3(let address): S3Registry(S3Client(address, counters: counters))
        case .mlflow(let address): MLflowRegistry(MLflowClient(address, counters: counters))
        }
    }

    /// A source to load from.
    /// - Parameters:
    ///   - cache: the folder that remote registries are kept in; nil for the user's own.
    ///   - cacheBytesMax: how much of it may be used.
    package func source(
        cache: String? = nil, cacheBytesMax: Int = CacheDefaults.bytesMax,
        trust: TrustHolder = TrustHolder(), options: MirrorOptions = MirrorOptions(),
        counters: RemoteCounters = RemoteCounters()
    ) throws(RegistryError) -> any RegistrySource {
        if case .folder(let path) = self { return FolderSource(path) }
        guard let remote = remote(counters) else { return FolderSource("") }
        guard let folder = cache ?? CacheDefaults.folder else {
            throw RegistryError(
                .folder, "there is no home folder for a cache: give --registry-cache a folder")
        }
        return MirrorSource(
            remote, try ContentCache(folder, bytesMax: cacheBytesMax), trust: trust,
            options: options, counters: counters)
    }
}

/// Where remote registries are kept unless somebody says otherwise.
package enum CacheDefaults {
    /// Bytes of content.
    package static let bytesMax = 10 << 30

    /// `$XDG_CACHE_HOME/vigie`, or `~/.cache/vigie`; nil without a home.
    package static var folder: String? {
        func filled(_ name: String) -> String? {
            getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        if let cache = filled("XDG_CACHE_HOME") { return "\(cache)/vigie" }
        return filled("HOME").map { "\($0)/.cache/vigie" }
    }
}
