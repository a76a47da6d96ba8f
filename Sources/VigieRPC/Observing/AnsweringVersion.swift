/// The version of a model that answers calls, as those who observe calls name it.
package final class AnsweringVersion: Sendable {
    /// The model's name.
    package let name: String
    /// The version: "3".
    package let version: String
    /// What the services have loaded for it.
    package let loaded: any AnyObject & Sendable

    package init(name: String, version: String, loaded: any AnyObject & Sendable) {
        self.name = name
        self.version = version
        self.loaded = loaded
    }
}
