import VigieEngine
import VigieKubernetes
import VigieRollouts

/// A rollout as its store has it.
package struct StoredRollout: Sendable {
    /// Good, or why it is none.
    package var content: Result<Rollout, RolloutRefusal>
    /// Who it is, good or not.
    package var metadata: RolloutMetadata
    /// The status as it lies in the store.
    package var status: RolloutStatus

    /// - Parameter object: as the API server or the folder has it.
    package init(_ object: JSONValue) {
        status = object["status"].map(RolloutStatus.init(reading:)) ?? RolloutStatus()
        do throws(RolloutError) {
            let rollout = try Rollout.read(object)
            content = .success(rollout)
            metadata = rollout.metadata
        } catch {
            content = .failure(RolloutRefusal(error.description))
            metadata = RolloutMetadata(name: object.objectName)
            metadata.namespace = object.objectNamespace
            metadata.uid = object["metadata"]?["uid"]?.string ?? ""
            metadata.resourceVersion = object.resourceVersion
            metadata.generation = object["metadata"]?["generation"]?.integer ?? 0
        }
    }

    /// The steps of its strategy.
    var stepCount: Int {
        if case .success(let rollout) = content { rollout.spec.strategy.steps.count } else { 0 }
    }
}

/// Why an object is no rollout.
package struct RolloutRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Why a store did not do what it was asked.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    package let description: String
    /// The rollout has changed since it was read: it is looked at again.
    package let isConflict: Bool

    package init(_ description: String, isConflict: Bool = false) {
        self.description = description
        self.isConflict = isConflict
    }

    init(_ error: KubernetesError) {
        self.init(
            error.description, isConflict: error.reason == .conflict || error.reason == .notFound)
    }
}

/// Where rollouts are kept and what has become of them is written: an API server, or a folder. Called
/// by one thread; it may block.
package protocol RolloutStore: AnyObject {
    /// All rollouts as they are now.
    func rollouts() throws(StoreError) -> [StoredRollout]
    /// Writes a status, if the rollout is still as it was read.
    func write(_ status: RolloutStatus, of rollout: StoredRollout) throws(StoreError)
    /// Tells people. What cannot be told is lost.
    func tell(_ news: RolloutNews, of rollout: StoredRollout) throws(StoreError)
}

/// What is told of a rollout.
package struct RolloutNews: Sendable, Equatable {
    package var isWarning: Bool
    /// One word.
    package var reason: String
    package var message: String

    init(isWarning: Bool, reason: String, message: String) {
        self.isWarning = isWarning
        self.reason = reason
        self.message = message
    }

    init(_ event: VigieRollouts.RolloutEvent) {
        self.init(
            isWarning: event.kind == .warning, reason: event.reason.rawValue,
            message: event.message)
    }
}
