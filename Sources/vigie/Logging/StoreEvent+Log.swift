import VigieRegistry
import VigieRPC
import VigieTelemetry

/// What the registry does, as lines of the pod's log.
extension StoreEvent {
    var level: LogLevel {
        switch self {
        case .loaded, .waiting, .superseded, .unloaded, .labelMoved, .folderReadable: .info
        case .changedOnDisk, .watchLimited: .warning
        case .failed, .folderUnreadable: .error
        }
    }

    var description: String {
        switch self {
        case .loaded(let model):
            "\(model.name)/\(model.version) serves: loaded in \(model.loadDuration.milliseconds) ms, "
                + "warmed up in \(model.warmUpDuration.milliseconds) ms"
        case .waiting(let name, let version, let reason):
            "\(name)/\(version) is not whole yet: \(reason)"
        case .failed(let name, let version, let error):
            "\(name)/\(version) is refused, what served before still does: \(error)"
        case .superseded(let name, let version, let reason):
            "\(name)/\(version) has left memory: \(reason)"
        case .unloaded(let name, let version, let reason):
            "\(name)/\(version) has left memory: \(reason)"
        case .changedOnDisk(let name, let version, let reason):
            "\(name)/\(version) changed on disk, the loaded one is served on: \(reason)"
        case .labelMoved(let name, let label, let version):
            "\(name): label '\(label)' means version \(version) now"
        case .folderUnreadable(let reason):
            "the registry cannot be read, everything loaded is served on: \(reason)"
        case .folderReadable: "the registry can be read again"
        case .watchLimited(let reason): "changes are noticed by polling only: \(reason)"
        }
    }
}
