import VigieRPC
import VigieRegistry

extension ServerCall {
    /// Notes which version answered; a stream's last one counts.
    @inline(__always)
    func note(_ served: ServedVersion) { answeredBy = served }

    /// The model version that answered, for interceptors that log a call when it ends; nil when none
    /// did.
    package var answeringModel: LoadedModel? {
        (answeredBy as? ServedVersion)?.model
    }
}
