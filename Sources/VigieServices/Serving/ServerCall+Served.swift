import VigieRPC
import VigieRegistry
import VigieTelemetry

extension ServerCall {
    /// Notes which version answers, and as what; a stream's last one counts.
    @inline(__always)
    func note(_ served: ServedVersion, _ arm: Arm) {
        answeredBy = served.answering
        self.arm = arm
    }

    /// The model version that answered, for interceptors that log a call when it ends; nil when none
    /// did.
    package var answeringModel: LoadedModel? {
        answeredBy?.loaded as? LoadedModel
    }
}
