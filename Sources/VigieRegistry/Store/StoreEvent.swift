/// What happens in a store, for the log. Delivered on the store's thread (while ``ModelStore/start()``
/// runs, on its caller's), in order; the callback must not block for long.
package enum StoreEvent: Sendable {
    /// A version is ready and published.
    case loaded(LoadedModel)
    /// A version is not whole yet; it is tried again.
    case waiting(name: String, version: Int, reason: String)
    /// A version is of no use: `.refused`, or `.incomplete` for too long. What was served before still
    /// is.
    case failed(name: String, version: Int, RegistryError)
    /// A version has left memory because the policy keeps others, and nobody requires it any more.
    case superseded(name: String, version: Int, reason: String)
    /// A version has left memory because its folder was removed, or the model was unloaded.
    case unloaded(name: String, version: Int, reason: String)
    /// The files of a loaded version are no longer what was loaded; the loaded one is served on.
    case changedOnDisk(name: String, version: Int, reason: String)
    /// A label means another version than before.
    case labelMoved(name: String, label: String, version: Int)
    /// The registry's folder cannot be read; everything is served on.
    case folderUnreadable(reason: String)
    /// The folder can be read again.
    case folderReadable
    /// inotify does not work here, or has run full; polling goes on.
    case watchLimited(reason: String)
}
