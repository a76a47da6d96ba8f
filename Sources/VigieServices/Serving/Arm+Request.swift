import VigieProtos
import VigieTelemetry

extension Arm {
    /// As what a version answers a request that names `version`, which is empty when it leaves the
    /// choice to the server.
    @inline(__always)
    init(version: Text) { self = version.isEmpty ? .stable : .pinned }
}
