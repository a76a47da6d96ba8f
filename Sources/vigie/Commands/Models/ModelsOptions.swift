import ArgumentParser
import Glibc
import VigieRegistry

/// Which registry the sub-commands work on.
struct ModelsOptions: ParsableArguments {
    @Option(
        help: .init(
            "The registry: a folder of <model>/<version>/manifest.json, s3://… or mlflow+http://… (default: $VIGIE_REGISTRY).",
            valueName: "dir|url"))
    var registry: String?

    @Option(
        help: .init(
            "Folder in which what comes from S3 or MLflow is kept (default: $VIGIE_REGISTRY_CACHE or ~/.cache/vigie).",
            valueName: "dir"))
    var registryCache: String?

    func validate() throws {
        guard let text = place else {
            throw ValidationError(
                "Which registry? Give --registry DIR, or set VIGIE_REGISTRY to it.")
        }
        do { _ = try RegistryAddress(text) } catch {
            throw ValidationError("--registry: \(error.message).")
        }
    }

    private var place: String? { registry ?? Self.variable("VIGIE_REGISTRY") }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// ``validate()`` has made sure that there is one.
    var address: RegistryAddress {
        get throws { try RegistryAddress(place ?? ".") }
    }

    /// The registry to read from, its list read.
    func source(trust: TrustHolder = TrustHolder()) throws -> any RegistrySource {
        let source = try address.source(
            cache: registryCache ?? Self.variable("VIGIE_REGISTRY_CACHE"), trust: trust)
        try source.begin()
        return source
    }

    func loader(trust: TrustHolder = TrustHolder()) throws -> VersionLoader {
        VersionLoader(try source(trust: trust), trust: trust)
    }
}
