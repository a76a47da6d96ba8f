import ArgumentParser
import VigieCommandLine
import VigieKubernetes

/// How several controllers agree on one.
struct LeaderOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help:
            "Only the controller that holds the Lease, or the folder's lock, writes. Without it, be sure that there is one."
    )
    var leaderElect = true

    @Option(help: .init("The Lease's name.", valueName: "name"))
    var leaseName = "vigie-controller"

    @Option(
        help: .init(
            "What this controller calls itself in the Lease; default: its host and a random number.",
            valueName: "name"))
    var leaseIdentity: String?

    @Option(
        help: .init("How long others wait for a leader that is not heard of.", valueName: "time"))
    var leaseDuration = TimeSpan(.seconds(15))

    @Option(
        help: .init(
            "A leader that could not renew the Lease for so long stops.", valueName: "time"))
    var leaseRenewDeadline = TimeSpan(.seconds(10))

    @Option(help: .init("Between two attempts to get or renew the Lease.", valueName: "time"))
    var leaseRetryPeriod = TimeSpan(.seconds(2))

    func validate() throws {
        guard leaseDuration.duration >= .seconds(1), leaseDuration.duration <= .seconds(3600) else {
            throw ValidationError("--lease-duration must be from 1s to 1h.")
        }
        guard leaseRenewDeadline.duration < leaseDuration.duration else {
            throw ValidationError("--lease-renew-deadline must be less than --lease-duration.")
        }
        guard leaseRetryPeriod.duration >= .milliseconds(100),
            leaseRetryPeriod.duration * 1.2 < leaseRenewDeadline.duration
        else {
            throw ValidationError(
                "--lease-retry-period must be 100ms or more, and 1.2 of it less than "
                    + "--lease-renew-deadline.")
        }
        guard leaseIdentity != "", !leaseName.isEmpty else {
            throw ValidationError("--lease-name and --lease-identity must not be empty.")
        }
    }

    /// Unlike that of any other controller.
    var identity: String {
        if let leaseIdentity { return leaseIdentity }
        let host = PodIdentity("vigie-controller").instance
        return "\(host)_\(String(UInt64.random(in: 1 << 60...UInt64.max), radix: 16))"
    }

    func options(namespace: String, identity: String) -> LeaderElector.Options {
        var options = LeaderElector.Options(
            namespace: namespace, name: leaseName, identity: identity)
        options.leaseDuration = leaseDuration.duration
        options.renewDeadline = leaseRenewDeadline.duration
        options.retryPeriod = leaseRetryPeriod.duration
        return options
    }
}
