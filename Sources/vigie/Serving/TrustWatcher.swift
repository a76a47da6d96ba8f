import VigieCrypto
import VigieRegistry

/// Reads the trusted keys again and again: they are small, and a folder of them has no one file that
/// would tell of a change.
struct TrustWatcher {
    private let path: String
    /// Why they could not be read when this was last tried.
    private var problem = ""

    /// - Parameter path: of `--trusted-keys`.
    init(_ path: String) { self.path = path }

    /// Makes the store believe those who are trusted now. A file that cannot be read changes nothing:
    /// it is told once.
    mutating func look(_ store: ModelStore, _ log: Log) {
        let keys: [Ed25519.PublicKey]
        do { keys = try TrustedKeys.read(path) } catch {
            if problem != error.message {
                log.error("trusted keys not read again, the old ones stay: \(error.message)")
            }
            problem = error.message
            return
        }
        problem = ""
        guard let change = store.replaceTrust(keys) else { return }
        let added = change.added.isEmpty ? "" : "; now trusted: \(Self.list(change.added))"
        let removed =
            change.removed.isEmpty
            ? ""
            : "; no longer trusted: \(Self.list(change.removed)), whose versions are not loaded from "
                + "now on; those that serve, serve on"
        log.warning("trusted keys have changed, there are \(keys.count)\(added)\(removed)")
    }

    private static func list(_ ids: [String]) -> String { ids.joined(separator: ", ") }
}
