import Synchronization
import VigieRegistry
import VigieServices

/// Models that are simply there; unloading hides one until it is loaded again.
package final class FixedCatalog: ModelCatalog {
    private struct State {
        var models: [LoadedModel]
        var hidden: Set<String> = []
        var table = ModelTable.empty
        var listeners: [@Sendable (ModelTable) -> Void] = []
    }

    private let state: Mutex<State>

    package init(_ models: [LoadedModel]) {
        state = Mutex(State(models: models, table: TestArtifacts.table(models)))
    }

    package var table: ModelTable { state.withLock { $0.table } }

    package func onChange(_ body: @escaping @Sendable (ModelTable) -> Void) {
        state.withLock { $0.listeners.append(body) }
        body(table)
    }

    package func statuses() -> [ModelStatus] {
        state.withLock { state in
            state.models.map { model in
                let isHidden = state.hidden.contains(model.name)
                return ModelStatus(
                    name: model.name, version: model.version,
                    state: isHidden ? .unavailable : .ready, reason: isHidden ? "unloaded" : "")
            }
        }
    }

    package func load(_ name: String, _ done: @escaping @Sendable (RegistryError?) -> Void) {
        done(change(name) { $0.hidden.remove(name) })
    }

    package func unload(_ name: String, _ done: @escaping @Sendable (RegistryError?) -> Void) {
        done(change(name) { $0.hidden.insert(name) })
    }

    /// All versions are here in any case.
    package func require(_ versions: [String: Set<Int>]) {}

    /// Adds a model, as a newer version that was published.
    package func publish(_ model: LoadedModel) {
        state.withLock { $0.models.append(model) }
        _ = change(model.name) { _ in }
    }

    /// Puts a model in the place of all versions of that name.
    package func replace(_ name: String, with model: LoadedModel) {
        state.withLock { state in
            state.models.removeAll { $0.name == name }
            state.models.append(model)
        }
        _ = change(name) { _ in }
    }

    private func change(_ name: String, _ body: (inout State) -> Void) -> RegistryError? {
        let (table, listeners) = state.withLock { state in
            body(&state)
            let shown = state.models.filter { !state.hidden.contains($0.name) }
            state.table = TestArtifacts.table(shown, generation: state.table.generation + 1)
            return (state.table, state.listeners)
        }
        for listener in listeners { listener(table) }
        let isKnown = state.withLock { $0.models.contains { $0.name == name } }
        return isKnown ? nil : RegistryError(.notFound, "there is no model '\(name)'")
    }
}
