/// What the services accept of a request, beyond the RPC layer's own limits.
package struct ServiceLimits: Sendable {
    /// Rows of one ModelInfer request: it runs on its connection's loop, and what else that loop
    /// serves waits for it. 16,384 rows of 30 features through 200 trees take some 20 ms.
    package var maxBatchRows = 16_384
    /// Categories that an error message lists.
    package var maxListedCategories = 20

    package init() {}
}
