/// Every bound that is put on a watchlist, so that a hostile one costs neither memory nor time.
public enum WatchlistLimits {
    /// Entries of one list; the largest public ones have some 2 million.
    public static let entriesMax = 4_000_000
    /// Names, and identifiers, of one entry.
    public static let namesMax = 4_096
    /// Bytes of a name, an identifier, an id, a code.
    public static let textBytesMax = 4_096
    /// Bytes of the remarks of an entry.
    public static let remarksBytesMax = 64 << 10
    /// Bytes of all names and identifiers in their normal forms.
    public static let keyBytesMax = 1 << 30
}
