/// Every bound that is put on a rollout's document, so that a hostile one costs neither memory nor
/// time.
package enum RolloutLimits {
    /// Bytes of one document: etcd takes 1.5 MiB of an object, and ours need some 10 KB.
    package static let bytesMax = 1 << 20
    /// Nested arrays and objects: ours need 8.
    package static let depthMax = 32
    /// Shadows of one rollout: each runs the model once more for every request.
    package static let shadowsMax = 4
    /// Requests that may wait for one shadow.
    package static let shadowQueueMax = 1 << 20
    /// Decision bands' borders of a comparison.
    package static let bandsMax = 16
    /// Rules, which are tried one after the other.
    package static let rulesMax = 32
    /// Conditions of one rule.
    package static let matchesMax = 8
    /// Conditions that keep a request from the canary.
    package static let exclusionsMax = 32
    /// Steps of a strategy.
    package static let stepsMax = 64
    /// Analyses of a strategy.
    package static let analysesMax = 32
    /// Bytes of a rule's or an analysis's name: it is sent with answers and in labels.
    package static let nameBytesMax = 63
    /// Bytes of a metadata key, a value to compare with, a regular expression, a salt.
    package static let textBytesMax = 1024
    /// Bytes of a PromQL query or an address.
    package static let queryBytesMax = 8192
    /// Approvals that may be asked for.
    package static let approvalsMax = 16
    /// Past rollouts that the status keeps.
    package static let historyMax = 100
    /// The longest duration: a year.
    package static let durationMax = Duration.seconds(366 * 86_400)
    /// The longest interval of the guard, which answers to the second.
    package static let guardWindowMax = Duration.seconds(60)
}
