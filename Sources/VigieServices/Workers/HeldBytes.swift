import Synchronization

/// How many bytes requests at the workers hold, all together.
final class HeldBytes: Sendable {
    private let total = Atomic<Int>(0)

    var current: Int { total.load(ordering: .relaxed) }

    /// Counts `bytes` until the share is let go.
    func take(_ bytes: Int) -> Share { Share(self, bytes) }

    final class Share: Sendable {
        private let owner: HeldBytes
        private let bytes: Int

        fileprivate init(_ owner: HeldBytes, _ bytes: Int) {
            self.owner = owner
            self.bytes = bytes
            owner.total.wrappingAdd(bytes, ordering: .relaxed)
        }

        deinit { owner.total.wrappingSubtract(bytes, ordering: .relaxed) }
    }
}
