/// Which Vigie this is.
enum Build {
    /// Semantic version; raised with every release.
    static let version = "0.2.0"
}
