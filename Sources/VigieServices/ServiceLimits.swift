/// What the services accept of a request, beyond the RPC layer's own limits.
package struct ServiceLimits: Sendable {
    /// Rows of one ModelInfer request. Large ones run on workers, in slices; what they hold is bounded
    /// in bytes (``WorkerOptions/heldBytesMax``).
    package var maxBatchRows = 131_072
    /// Categories that an error message lists.
    package var maxListedCategories = 20

    package init() {}
}
