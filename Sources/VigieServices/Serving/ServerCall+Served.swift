import VigieRPC
import VigieRegistry

extension ServerCall {
    /// The model version that answered, for interceptors that log a call when it ends; nil when none
    /// did.
    package var answeringModel: LoadedModel? {
        answeredBy?.loaded as? LoadedModel
    }
}
