import VigieCrypto

extension SHA256 {
    /// The digest of what came; from here on it is that of nothing again.
    mutating func end() -> SHA256Digest {
        let whole = self
        self = SHA256()
        return whole.finalize()
    }
}
