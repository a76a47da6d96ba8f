import ArgumentParser
import VigieRegistry

/// Where models come from.
struct RegistryOptions: ParsableArguments {
    @Option(
        help: .init(
            "The registry: a folder of <model>/<version>/manifest.json.", valueName: "dir"))
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
            "How often the folder is read again even if the kernel tells of no change.",
            valueName: "time"))
    var registryPollInterval = TimeSpan(.seconds(1))

    func policies() throws(VersionPolicies.Failure) -> VersionPolicies {
        let standard = VersionPolicy.latest(keepVersions)
        guard let versionPolicy else { return VersionPolicies(standard: standard) }
        return try VersionPolicies(parsing: versionPolicy, standard: standard)
    }

    func validate() throws {
        guard (1...1000).contains(keepVersions) else {
            throw ValidationError("--keep-versions is \(keepVersions); it must be 1 to 1000.")
        }
        do { _ = try policies() } catch { throw ValidationError("--version-policy: \(error).") }
        guard registryPollInterval.duration >= .milliseconds(50) else {
            throw ValidationError("--registry-poll-interval must be 50ms or more.")
        }
    }
}
