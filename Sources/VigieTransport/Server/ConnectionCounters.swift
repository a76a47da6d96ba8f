/// What has become of a server's connections since it began; for metrics.
package struct ConnectionCounters: Sendable, CustomStringConvertible {
    /// Open now.
    package let open: Int
    /// Let in, in all.
    package let accepted: UInt64
    /// Turned away because of ``ServerLimits/maxConnections``.
    package let refused: UInt64
    /// Times that no descriptor was left for one, so that it was closed or has to wait.
    package let shed: UInt64
    /// Ended, by ``CloseReason/label``; every label is there, in a set order.
    package let closed: [(label: String, count: UInt64)]

    /// `open=1 accepted=3 refused=0 clean=2`, reasons that never came left out.
    package var description: String {
        (["open=\(open)", "accepted=\(accepted)", "refused=\(refused)", "shed=\(shed)"]
            + closed.filter { $0.count > 0 }.map { "\($0.label)=\($0.count)" }).joined(
                separator: " ")
    }
}
