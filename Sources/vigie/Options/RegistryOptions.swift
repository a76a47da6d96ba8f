import ArgumentParser
import VigieCommandLine
import VigieRegistry

/// Where models come from, which of their versions stay loaded, and whose are believed.
struct RegistryOptions: ParsableArguments {
    @Option(
        help: .init(
            "The registry: a folder of <model>/<version>/manifest.json, s3://bucket/prefix?endpoint=http://host:port, or mlflow+http://host:port.",
            valueName: "dir|url"))
    var registry: String

    @Option(
        help: .init("Newest versions of each model that stay loaded, 1 or more.", valueName: "n"))
    var keepVersions = 4

    @Option(
        help: .init(
            "Which versions stay loaded: latest:N, all or versions:N,N; for one model name=policy; several between semicolons. Default: latest, as --keep-versions says.",
            valueName: "policies"))
    var versionPolicy: String?

    @Option(
        help: .init(
            "How often the registry is looked at even if the kernel tells of no change (default: 1s for a folder, 10s for S3 and MLflow).",
            valueName: "time"))
    var registryPollInterval: TimeSpan?

    @Option(
        help: .init(
            "How often --trusted-keys is read again; SIGHUP does it at once. Versions of a key that is gone are not loaded any more; those that serve, serve on.",
            valueName: "time"))
    var trustedKeysInterval = TimeSpan(.seconds(10))

    @OptionGroup var cache: CacheOptions
    @OptionGroup var trust: TrustOptions

    func policies() throws(VersionPolicies.Failure) -> VersionPolicies {
        let standard = VersionPolicy.latest(keepVersions)
        guard let versionPolicy else { return VersionPolicies(standard: standard) }
        return try VersionPolicies(parsing: versionPolicy, standard: standard)
    }

    /// How the store behaves.
    func storeOptions(_ address: RegistryAddress) throws(VersionPolicies.Failure) -> StoreOptions {
        var options = StoreOptions()
        options.policies = try policies()
        // A mirror tells by itself; there is no folder to watch.
        options.watches = !address.isRemote
        if !address.isRemote, let interval = registryPollInterval {
            options.pollInterval = interval.duration
        }
        return options
    }

    /// Where versions are loaded from.
    func source(
        _ address: RegistryAddress, _ trust: TrustHolder, _ counters: RemoteCounters
    ) throws(RegistryError) -> any RegistrySource {
        var options = MirrorOptions()
        if let interval = registryPollInterval { options.pollInterval = interval.duration }
        return try address.source(
            cache: cache.registryCache, cacheBytesMax: cache.registryCacheBytes.bytes,
            trust: trust, options: options, counters: counters)
    }

    func validate() throws {
        guard (1...1000).contains(keepVersions) else {
            throw ValidationError("--keep-versions is \(keepVersions); it must be 1 to 1000.")
        }
        do { _ = try policies() } catch { throw ValidationError("--version-policy: \(error).") }
        guard trustedKeysInterval.duration >= .milliseconds(100) else {
            throw ValidationError("--trusted-keys-interval must be 100ms or more.")
        }
        if let registryPollInterval, registryPollInterval.duration < .milliseconds(50) {
            throw ValidationError("--registry-poll-interval must be 50ms or more.")
        }
    }
}

/// Where remote registries are kept on this machine.
struct CacheOptions: ParsableArguments {
    @Option(
        help: .init(
            "Folder in which what comes from S3 or MLflow is kept; pods may share it (default: ~/.cache/vigie).",
            valueName: "dir"))
    var registryCache: String?

    @Option(
        help: .init(
            "How much of it may be used; versions that were not used for longest go first.",
            valueName: "bytes"))
    var registryCacheBytes = ByteCount(CacheDefaults.bytesMax)

    func validate() throws {
        guard registryCacheBytes.bytes >= 1 << 20 else {
            throw ValidationError("--registry-cache-bytes must be 1MiB or more.")
        }
    }
}

/// Whose manifests are believed.
struct TrustOptions: ParsableArguments {
    @Option(
        help: .init(
            "Ed25519 public keys in PEM, or a folder of such files: a signature of one of them must hold.",
            valueName: "file|dir"))
    var trustedKeys: String?

    @Flag(inversion: .prefixedNo, help: "Refuse versions that none of --trusted-keys has signed.")
    var requireSigned = false

    /// - Throws: what is wrong with the keys.
    func policy() throws(RegistryError) -> TrustPolicy {
        TrustPolicy(
            keys: try trustedKeys.map { path throws(RegistryError) in
                try TrustedKeys.read(path)
            } ?? [], isRequired: requireSigned)
    }

    func validate() throws {
        guard trustedKeys != nil || !requireSigned else {
            throw ValidationError("--require-signed needs --trusted-keys: whose signatures?")
        }
    }
}
