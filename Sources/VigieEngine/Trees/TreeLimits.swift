/// Bounds of tree models, each far beyond what trains well.
package enum TreeLimits {
    /// Branches from root to leaf. XGBoost's default is 6; `lossguide` can reach some hundreds.
    package static let depthMax = 1_024
    /// Features of a model; a row's comparison keys take 8 bytes a feature.
    package static let featureCountMax = 1 << 20
    /// Outputs of a model: classes or regression targets.
    package static let targetCountMax = 1 << 16
    /// Nodes of all trees together: 16 bytes each.
    package static let nodeCountMax = 1 << 27
    /// Weights of all leaves, and members of all sets of categories, as files name them.
    package static let itemCountMax = 1 << 31
    /// One more than the greatest category; XGBoost's own bound is 2^24.
    package static let categoryCountMax = 1 << 24
    /// Bits of all category sets together: 64 MB.
    package static let categoryBitsMax = 1 << 29
}
