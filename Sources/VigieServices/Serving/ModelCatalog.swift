import VigieRegistry

/// Where models come from: a ``ModelStore``. Any thread may use it.
package protocol ModelCatalog: Sendable {
    /// What can be served now.
    var table: ModelTable { get }
    /// Calls `body` at once and after each change, on a thread of the catalog's own.
    func onChange(_ body: @escaping @Sendable (ModelTable) -> Void)
    /// Every version of every model, ready or not.
    func statuses() -> [ModelStatus]
    /// Loads a model, or looks for new versions of it; `done` is called on any thread.
    func load(_ name: String, _ done: @escaping @Sendable (RegistryError?) -> Void)
    /// Says which versions must be in memory besides those that the catalog keeps by itself; it
    /// replaces what was said before. What could not be loaded shows in ``statuses()``.
    func require(_ versions: [String: Set<Int>])
    /// Takes a model out of the table until it is loaded again.
    func unload(_ name: String, _ done: @escaping @Sendable (RegistryError?) -> Void)
}

extension ModelStore: ModelCatalog {}

extension ModelCatalog {
    /// Why a model, or a version of it, is not in the table.
    func absence(of name: String, version: Int?) -> (isKnown: Bool, reason: String) {
        let known = statuses().filter {
            $0.name == name && (version == nil || $0.version == nil || $0.version == version)
        }
        guard let status = known.last(where: { !$0.reason.isEmpty }) ?? known.last else {
            return (false, "")
        }
        let number = status.version.map { " version \($0)" } ?? ""
        let reason = status.reason.isEmpty ? "" : ": \(status.reason)"
        return (true, "model '\(name)'\(number) is \(status.state.rawValue)\(reason)")
    }
}
