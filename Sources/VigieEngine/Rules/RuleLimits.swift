/// Every bound that is put on a rule file, so that a hostile one costs neither memory nor time.
public enum RuleLimits {
    /// Rules of one file.
    public static let rulesMax = 20_000
    /// Inputs of one file, and named sub-expressions.
    public static let namesMax = 16_384
    /// Bytes of a name: of an input, a list, a rule, a band.
    public static let nameBytesMax = 512
    /// Bytes of a reason's code and text, and of a description.
    public static let textBytesMax = 16 << 10
    /// Bands of the score.
    public static let bandsMax = 1_024
    /// Named lists; members are bounded by ``ExpressionLimits/listMembersMax``.
    public static let listsMax = 4_096
    /// Bytes of all texts of all lists.
    public static let listBytesMax = 256 << 20
    /// Test cases of one file.
    public static let testsMax = 100_000
    /// Instructions of the compiled file.
    public static let instructionsMax = 16 << 20
    /// Rows of a request times rules: the size of `fired_mask`.
    public static let maskBytesMax = 1 << 30
}
