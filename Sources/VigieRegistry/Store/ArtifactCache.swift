import Synchronization
import VigieCrypto
import VigieEngine

/// The artifacts that a loader has made and that somebody still holds: versions that are served, and
/// members of pipelines. It holds none of them itself. Two threads that want the same one at the same
/// time get the same one.
final class ArtifactCache: Sendable {
    struct Key: Hashable, Sendable {
        var name: String
        var version: Int
        /// Covers the digests of all files, so that equal keys are equal artifacts.
        var manifestDigest: SHA256Digest

        var label: String { Self.label(name, version) }
        /// "fraud version 3".
        static func label(_ name: String, _ version: Int) -> String { "\(name) version \(version)" }
    }

    private struct Held { weak var artifact: Artifact? }

    private final class Slot: Sendable {
        let held = Mutex(Held())
    }

    private let slots = Mutex<[Key: Slot]>([:])

    /// The artifact of that key, made now if nobody holds one. While it is made, others that want it
    /// wait; what `make` itself asks for must have another key, and cannot have this one: a member's
    /// digest is part of the pipeline's.
    func artifact(
        _ key: Key, _ make: () throws(RegistryError) -> Artifact
    ) throws(RegistryError) -> Artifact {
        let slot = slots.withLock { slots in
            if let slot = slots[key] { return slot }
            // Those whose artifacts are gone; one that is being made is locked.
            slots = slots.filter { slot in
                slot.value.held.withLockIfAvailable { $0.artifact != nil } ?? true
            }
            let slot = Slot()
            slots[key] = slot
            return slot
        }
        return try slot.held.withLock { held throws(RegistryError) in
            if let artifact = held.artifact { return artifact }
            let artifact = try make()
            held.artifact = artifact
            return artifact
        }
    }
}
