/// Where versions come from, as a store and the commands see it: a list of models and versions, and a
/// folder on this machine for the files of each.
///
/// May be used on any thread that may block.
package protocol RegistrySource: Sendable {
    /// The registry, for people: a folder's path, or a URL without credentials.
    var place: String { get }

    /// Called once before anything else by who goes on to use the source: reads a remote list, or
    /// finds out that the source is down and what was kept of it has to do.
    /// - Throws: `.folder` when there is nothing to begin with, with what to do.
    func begin() throws(RegistryError)

    /// All models and versions, unread.
    /// - Throws: `.folder` when they cannot be listed, with what to do.
    func scan() throws(RegistryError) -> RegistrySnapshot

    /// The folder that has a version's files, after ``provide(_:_:)``.
    func versionPath(_ name: String, _ version: Int) -> String

    /// Sees to it that a version's files are in its folder, if the source has them.
    /// - Throws: `.fetching` while they are on their way, and why they cannot be had.
    func provide(_ name: String, _ version: Int) throws(RegistryError)

    /// Called when a version's files were not as their manifest says.
    /// - Returns: whether it is worth loading them again at once.
    func mend(_ name: String, _ version: Int) -> Bool

    /// A summary of what is known of these versions, that differs when loading one may have another
    /// outcome.
    func stamp(_ versions: [VersionKey]) -> VersionStamp

    /// Whether the model is still there, without a version perhaps.
    func hasModel(_ name: String) -> Bool

    /// Folders whose changes are worth a look, of these models and versions.
    func watchedFolders(_ models: [String: [Int]]) -> [String]

    /// From now on a call does not wait for a download, and `onChange` is called, on any thread, when
    /// a look would find something new.
    func follow(_ onChange: @escaping @Sendable () -> Void)

    /// What was refused may be taken now: others are trusted than before.
    func retryRefused()

    /// Ends what ``follow(_:)`` began, and waits for its threads.
    func stop()
}

extension RegistrySource {
    package func retryRefused() {}
}

/// A version of a model.
package struct VersionKey: Sendable, Hashable {
    package var name: String
    package var version: Int

    package init(_ name: String, _ version: Int) {
        self.name = name
        self.version = version
    }
}

/// What a registry held at one moment.
package struct RegistrySnapshot: Sendable, Equatable {
    /// Of a folder: another one with the same path is another folder, as when a mount comes or goes.
    package var device: UInt64 = 0
    package var inode: UInt64 = 0
    /// By name, ascending.
    package var models: [ModelListing]
    /// Why the list may be old: the source does not answer. Empty while it does.
    package var problem = ""

    package init(models: [ModelListing]) { self.models = models }
}

/// One model in a registry.
package struct ModelListing: Sendable, Equatable {
    package var name: String
    /// Ascending.
    package var versions: [Int] = []
    /// Movable names of versions, as ``ModelLabels`` has them; nil when they cannot be read, and mean
    /// what they meant before.
    package var labels: [String: Int]? = [:]
    /// What about it is not as it should be, for people.
    package var problems: [String] = []
    /// Whether it could not be listed, so that ``versions`` says nothing.
    package var isUnreadable = false

    package init(name: String, versions: [Int] = []) {
        self.name = name
        self.versions = versions
    }
}
