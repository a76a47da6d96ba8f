import VigieRegistry

/// How decisions are recorded.
package struct DecisionLogOptions: Sendable {
    /// Each gets every record, in a chain of its own; empty records nothing.
    package var sinks: [DecisionLocation] = []
    /// For versions whose manifest says nothing.
    package var mode = DecisionLogPolicy.Mode.bestEffort
    /// Who writes: databases are shared by pods, each with a chain of its own.
    package var chain = "vigie"
    /// Bytes of decisions that may wait to be written.
    package var queueBytesMax = 64 << 20
    /// A segment is closed when it has grown to this.
    package var segmentBytesMax = 256 << 20
    /// A segment is closed when it is so old.
    package var segmentAgeMax = Duration.seconds(86_400)
    /// How often what nobody waits for is forced to the disk.
    package var syncInterval = Duration.seconds(1)
    /// A place that has not answered for so long is taken for one that cannot be written: who waits
    /// for it is refused.
    package var timeout = Duration.seconds(5)
    /// The key of the checkpoints' HMAC; empty for none.
    package var key: [UInt8] = []

    package init() {}
}
