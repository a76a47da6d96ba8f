import VigieEngine

/// What a list and the watch after it have told, as one set of objects. Belongs to one thread.
struct ObjectStore {
    /// By namespace and name.
    private(set) var objects: [Key: JSONValue] = [:]
    /// Up to which everything is known; empty before the first list.
    private(set) var resourceVersion = ""

    struct Key: Hashable, Comparable {
        let namespace: String
        let name: String

        init(_ object: JSONValue) {
            namespace = object.objectNamespace
            name = object.objectName
        }

        static func < (left: Key, right: Key) -> Bool {
            (left.namespace, left.name) < (right.namespace, right.name)
        }
    }

    /// In the order of their names.
    var sorted: [JSONValue] { objects.sorted { $0.key < $1.key }.map(\.value) }

    /// Everything anew.
    mutating func replace(_ listed: [JSONValue], resourceVersion: String) {
        objects = Dictionary(listed.map { (Key($0), $0) }, uniquingKeysWith: { _, last in last })
        self.resourceVersion = resourceVersion
    }

    /// Forgets where the watch was, so that all is listed anew; the objects stay until then.
    mutating func expire() { resourceVersion = "" }

    /// - Returns: whether an object has changed.
    mutating func apply(_ event: WatchEvent) -> Bool {
        switch event {
        case .set(let object):
            objects[Key(object)] = object
            advance(object.resourceVersion)
            return true
        case .deleted(let object):
            advance(object.resourceVersion)
            return objects.removeValue(forKey: Key(object)) != nil
        case .bookmark(let version):
            advance(version)
            return false
        case .failed: return false
        }
    }

    /// Versions are opaque: they are kept, never compared.
    private mutating func advance(_ version: String) {
        if !version.isEmpty { resourceVersion = version }
    }
}
